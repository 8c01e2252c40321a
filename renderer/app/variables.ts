import type { SchemeColours } from './colours.ts'

export const FONT_FAMILY = "'Inter Variable', system-ui, sans-serif"

/**
 * A scheme's colours as CSS variables: our own names for them, and Mantine's where its defaults are too faint to read
 * (WCAG 2.2 AA).
 */
export function schemeVariables(colours: SchemeColours): Record<string, string> {
  const ours = Object.fromEntries(
    Object.entries(colours).map(([name, value]) => [
      `--gh-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      value,
    ]),
  )
  return {
    ...ours,
    '--mantine-color-body': colours.page,
    '--mantine-color-text': colours.text,
    '--mantine-color-dimmed': colours.textDimmed,
    '--mantine-color-placeholder': colours.textDimmed,
    '--mantine-color-anchor': colours.accentText,
    '--mantine-color-error': colours.dangerText,
    '--mantine-color-default': colours.surface,
    '--mantine-color-default-hover': colours.hover,
    '--mantine-color-default-color': colours.text,
    '--mantine-color-default-border': colours.borderStrong,
    '--mantine-color-disabled': colours.hover,
    '--mantine-color-disabled-color': colours.textDimmed,
    '--mantine-color-red-light': colours.dangerBg,
    '--mantine-color-red-light-hover': colours.dangerBg,
    '--mantine-color-red-light-color': colours.dangerText,
    '--mantine-primary-color-light-color': colours.accentText,
  }
}
