import { NativeSelect, SegmentedControl } from '@mantine/core'
import { useId } from 'react'
import type { Token } from '#shared/contract/tokens.ts'
import type { Rotation } from '#shared/contract/upkeep.ts'
import { QUIET_CHOICES_MS } from '#shared/domain/upkeep.ts'
import { T, useText } from '../../i18n/text.tsx'
import { useSpanText } from '../../i18n/time.tsx'
import { TokenEnding, TokenName } from '../../i18n/token.tsx'
import classes from './tokens.module.css'

/** T-16: which token goes, how long it has to be silent before, and who revokes it then. */
export function RotationFields({
  old,
  quietMs,
  onQuietMs,
  finish,
  onFinish,
}: {
  old: Token
  quietMs: number
  onQuietMs: (ms: number) => void
  finish: Rotation['finish']
  onFinish: (finish: Rotation['finish']) => void
}) {
  const text = useText()
  const spanText = useSpanText()
  const label = useId()
  return (
    <>
      <p className={classes.about} data-testid="replaces-token">
        <span className={classes.dimmed}>
          <T id="rotation.instead-of" />
        </span>
        <TokenName name={old.name} /> <TokenEnding maskedToken={old.maskedToken} />
      </p>
      <NativeSelect
        label={text('rotation.quiet')}
        description={text('rotation.quiet-hint')}
        value={String(quietMs)}
        onChange={(event) => onQuietMs(Number(event.currentTarget.value))}
        data={QUIET_CHOICES_MS.map((ms) => ({ value: String(ms), label: spanText(ms) }))}
        data-testid="quiet"
      />
      <div>
        <div id={label} className={classes.label}>
          <T id="rotation.then" />
        </div>
        <SegmentedControl
          data={[
            { value: 'ask', label: text('rotation.ask') },
            { value: 'revoke', label: text('rotation.revoke') },
          ]}
          value={finish}
          onChange={(value) => onFinish(value as Rotation['finish'])}
          aria-labelledby={label}
          data-testid="finish"
        />
      </div>
    </>
  )
}
