import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'
import { DARK, LIGHT, RAMPS } from './colours.ts'
import { FONT_FAMILY, schemeVariables } from './variables.ts'

const TOGGLE_TEXT = { label: { fontSize: '13px' }, description: { fontSize: '12px' } }

/** Density of a good terminal, air of a good document: small type, 28 px controls, hairline borders, no shadows. */
export const theme = createTheme({
  primaryColor: 'steel',
  primaryShade: { light: 7, dark: 6 },
  colors: RAMPS as unknown as Record<string, MantineColorsTuple>,
  white: '#ffffff',
  black: '#1f262d',
  fontFamily: FONT_FAMILY,
  fontFamilyMonospace: "'JetBrains Mono', ui-monospace, monospace",
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '14px', xl: '16px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '2px', sm: '3px', md: '4px', lg: '4px', xl: '4px' },
  shadows: { xs: 'none', sm: 'none', md: 'none', lg: 'none', xl: 'none' },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    // Plain objects: naming the components themselves would bring them into the first chunk.
    Button: {
      vars: (_theme: unknown, { size }: { size?: string | number }) =>
        typeof size === 'string' && size.startsWith('compact')
          ? { root: { '--button-height': '24px', '--button-fz': '12px', '--button-padding-x': '8px' } }
          : { root: { '--button-height': '28px', '--button-fz': '13px', '--button-padding-x': '12px' } },
    },
    Input: {
      vars: () => ({
        wrapper: { '--input-height': '28px', '--input-fz': '13px', '--input-size': '28px' },
      }),
    },
    InputWrapper: {
      defaultProps: { size: 'md' },
      styles: { description: { fontSize: '12px' }, error: { fontSize: '12px' } },
    },
    // By default Tab steps over the button that shows what was typed.
    PasswordInput: { defaultProps: { visibilityToggleFocusable: true } },
    // Its arrow is a picture without a name.
    NativeSelect: { defaultProps: { rightSectionProps: { 'aria-hidden': true } } },
    SegmentedControl: {
      defaultProps: { transitionDuration: 0, color: 'steel' },
      vars: () => ({ root: { '--sc-font-size': '13px', '--sc-padding': '3px 12px' } }),
    },
    Checkbox: { defaultProps: { size: 'xs' }, styles: TOGGLE_TEXT },
    Switch: { defaultProps: { size: 'sm' }, styles: TOGGLE_TEXT },
    Notification: { defaultProps: { withBorder: true } },
    Tooltip: { defaultProps: { openDelay: 300, transitionProps: { duration: 0 } } },
    Menu: { defaultProps: { transitionProps: { duration: 80 }, withInitialFocusPlaceholder: false } },
  },
})

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: schemeVariables(LIGHT),
  dark: schemeVariables(DARK),
})
