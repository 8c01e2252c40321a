import { NativeSelect, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { NAME_PATTERN_MAX, NO_POLICY, type TokenPolicy } from '#shared/domain/token-policy.ts'
import { useText } from '../../i18n/text.tsx'
import { Section } from '../../ui/Section.tsx'
import { useChange, useSettings } from './context.tsx'
import classes from './settings.module.css'

const LIFETIMES = [30, 60, 90, 180, 365]

/** What the organisation asks of its tokens (T-15): refused for those made here, reported for all others. */
export function PolicyPanel() {
  const text = useText()
  const change = useChange()
  const policy = useSettings((state) => state.settings?.tokenPolicy ?? NO_POLICY)
  const put = (part: Partial<TokenPolicy>) => change({ tokenPolicy: { ...policy, ...part } })
  const { maxLifetimeDays: most } = policy
  // Set by other means: it stays to be seen.
  const lifetimes = most === null || LIFETIMES.includes(most) ? LIFETIMES : [most, ...LIFETIMES]
  return (
    <Section title={text('settings.policy')}>
      <div className={classes.fields}>
        <p className={classes.note}>{text('policy.note')}</p>
        <NativeSelect
          label={text('policy.lifetime')}
          value={most === null ? '' : String(most)}
          onChange={({ currentTarget: { value } }) =>
            put({ maxLifetimeDays: value === '' ? null : Number(value) })
          }
          data={[
            { value: '', label: text('policy.lifetime-any') },
            ...lifetimes.map((days) => ({
              value: String(days),
              label: text('policy.lifetime-days', { days }),
            })),
          ]}
          data-testid="policy-lifetime"
        />
        <Switch
          checked={policy.noUnlimited}
          onChange={(event) => put({ noUnlimited: event.currentTarget.checked })}
          label={text('policy.no-unlimited')}
          description={text('policy.no-unlimited-hint')}
          data-testid="policy-no-unlimited"
        />
        <PatternField kept={policy.namePattern} onKeep={(namePattern) => put({ namePattern })} />
      </div>
    </Section>
  )
}

/** Kept when the field is left, not at each letter. */
function PatternField({ kept, onKeep }: { kept: string; onKeep: (pattern: string) => void }) {
  const text = useText()
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <TextInput
      label={text('policy.naming')}
      description={text('policy.naming-hint')}
      placeholder="cert-*"
      value={typed ?? kept}
      maxLength={NAME_PATTERN_MAX}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => {
        const pattern = typed?.trim()
        if (pattern !== undefined && pattern !== kept) onKeep(pattern)
        setTyped(null)
      }}
      autoComplete="off"
      spellCheck={false}
      data-testid="policy-naming"
    />
  )
}
