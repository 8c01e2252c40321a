import { NativeSelect, SegmentedControl, Switch, TextInput } from '@mantine/core'
import { useId, useState } from 'react'
import type { Settings } from '#shared/contract/settings.ts'
import { LANGUAGES } from '#shared/domain/languages.ts'
import { LANGUAGE_NAMES } from '../../i18n/catalogue.ts'
import { useText } from '../../i18n/text.tsx'
import { Section } from '../../ui/Section.tsx'
import { useChange, useSettings, useSettingsEnvironment } from './context.tsx'
import classes from './settings.module.css'

const SCHEMES = ['auto', 'light', 'dark'] as const
const CLEAR_SECONDS = [15, 30, 60, 120, 0] as const

export function AppearancePanel() {
  const text = useText()
  const change = useChange()
  const label = useId()
  const scheme = useSettings((state) => state.settings?.scheme ?? 'auto')
  const { choices } = useSettingsEnvironment()
  return (
    <Section title={text('settings.appearance')}>
      <div className={classes.fields}>
        <div>
          <div id={label} className={classes.label}>
            {text('settings.scheme')}
          </div>
          <SegmentedControl
            data={SCHEMES.map((value) => ({ value, label: text(`settings.scheme.${value}`) }))}
            value={scheme}
            onChange={(value) => change({ scheme: value as Settings['scheme'] })}
            aria-labelledby={label}
          />
        </div>
        <Switch
          checked={choices.singleKeys}
          onChange={(event) => choices.onSingleKeys(event.currentTarget.checked)}
          label={text('settings.single-keys')}
          description={text('settings.single-keys-hint')}
        />
      </div>
    </Section>
  )
}

export function LanguagePanel() {
  const text = useText()
  const change = useChange()
  const language = useSettings((state) => state.settings?.language ?? 'auto')
  return (
    <Section title={text('settings.language')}>
      <div className={classes.fields}>
        <NativeSelect
          label={text('settings.language-label')}
          description={text('settings.language-hint')}
          value={language}
          onChange={(event) => change({ language: event.currentTarget.value as Settings['language'] })}
          data={[
            { value: 'auto', label: text('settings.language-auto') },
            ...LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] })),
          ]}
          data-testid="language"
        />
      </div>
    </Section>
  )
}

/** `byPage`: the browser host, where the page itself is in charge of the clipboard. */
export function ClipboardPanel({ byPage }: { byPage: boolean }) {
  const text = useText()
  const change = useChange()
  const seconds = useSettings((state) => state.settings?.clipboardClearSeconds ?? 30)
  return (
    <Section title={text('settings.clipboard')}>
      <div className={classes.fields}>
        <NativeSelect
          label={text('settings.clear-after')}
          description={text(byPage ? 'settings.clear-by-page' : 'settings.clear-by-core')}
          value={String(seconds)}
          onChange={(event) =>
            change({
              clipboardClearSeconds: Number(event.currentTarget.value) as Settings['clipboardClearSeconds'],
            })
          }
          data={CLEAR_SECONDS.map((value) => ({
            value: String(value),
            label:
              value === 0 ? text('settings.clear-never') : text('settings.clear-seconds', { seconds: value }),
          }))}
        />
        <TemplateField />
      </div>
    </Section>
  )
}

/** Kept when the field is left, not at each letter. */
function TemplateField() {
  const text = useText()
  const change = useChange()
  const kept = useSettings((state) => state.settings?.tokenNameTemplate ?? '')
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <TextInput
      label={text('settings.template')}
      // The braces stand for themselves, so they come in as a value.
      description={text('settings.template-hint', { owner: '{owner}', date: '{date}' })}
      value={typed ?? kept}
      maxLength={100}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => {
        if (typed !== null && typed !== kept) change({ tokenNameTemplate: typed })
        setTyped(null)
      }}
      autoComplete="off"
      spellCheck={false}
    />
  )
}
