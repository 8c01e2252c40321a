import { Radio } from '@mantine/core'
import type { ConnectionKind } from '#shared/contract/connections.ts'
import { useText } from '../../i18n/text.tsx'
import classes from './connections.module.css'
import { KIND_NAMES } from './kind-names.ts'

/** As what an address is connected: told where it answers as one thing, asked where it answers as both. */
export function KindField({
  kinds,
  kind,
  onChange,
}: {
  kinds: readonly ConnectionKind[]
  kind: ConnectionKind
  onChange: (kind: ConnectionKind) => void
}) {
  const text = useText()
  if (kinds.length === 1) {
    return (
      <p className={classes.dimmed} data-testid="kind">
        {text('openaev.connected-as', { name: KIND_NAMES[kind] })}
      </p>
    )
  }
  return (
    <Radio.Group
      label={text('openaev.choose')}
      value={kind}
      onChange={(chosen) => onChange(chosen === 'openaev' ? 'openaev' : 'opencti')}
    >
      <div className={classes.kinds}>
        {kinds.map((one) => (
          <Radio key={one} size="xs" value={one} label={KIND_NAMES[one]} data-testid={`kind-${one}`} />
        ))}
      </div>
    </Radio.Group>
  )
}
