import { Button, Skeleton } from '@mantine/core'
import type { MessageId } from '../../i18n/catalogue.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { spokenName } from '../../ui/spoken-name.ts'
import type { AttentionRow, Remedy } from './attention.ts'
import type { Checked } from './checked.ts'
import classes from './overview.module.css'
import { spoken } from './sentence.ts'

const REMEDY_LABELS: Readonly<Record<Remedy['do'], MessageId>> = {
  look: 'heartbeat.look-now',
  registration: 'overview.go.registration',
  monitors: 'overview.go.monitors',
  response: 'overview.go.response',
  plan: 'overview.go.plan',
  connections: 'connection.manage',
  finding: 'overview.go.tokens',
  activity: 'overview.go.activity',
  connectors: 'overview.go.connectors',
  read: 'overview.read-now',
  keychain: 'overview.go.keychain',
  local: 'first-run.to-local',
}

/** "Needs attention": the worst first, or a calm sentence that says what was looked at. */
export function Attention({
  rows,
  checked,
  onRemedy,
}: {
  rows: readonly AttentionRow[]
  checked: Checked
  onRemedy: (remedy: Remedy) => void
}) {
  const text = useText()
  if (rows.length > 0)
    return (
      <Section title={text('overview.attention')} count={rows.length}>
        <Rows rows={rows} onRemedy={onRemedy} />
      </Section>
    )
  return (
    <Section title={text('overview.attention')}>
      <Calm checked={checked} />
    </Section>
  )
}

function Rows({ rows, onRemedy }: { rows: readonly AttentionRow[]; onRemedy: (remedy: Remedy) => void }) {
  const text = useText()
  return (
    <table className={classes.rows} aria-label={text('overview.attention')} data-testid="attention">
      <thead>
        <tr>
          <th scope="col">{text('overview.column.what')}</th>
          <th scope="col">{text('overview.column.since')}</th>
          <th scope="col">{text('overview.column.evidence')}</th>
          <th scope="col">
            <span className={classes.hidden}>{text('overview.column.action')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} data-tone={row.tone} data-testid="attention-row" data-row={row.id}>
            <th scope="row">
              <span className={classes.what}>
                <StateMark tone={row.tone} />
                <span>
                  {spoken(text, row.what)}
                  {row.why && <span className={classes.why}>{spoken(text, row.why)}</span>}
                </span>
              </span>
            </th>
            <td>
              {row.since === null ? (
                <span aria-label={text('overview.unknown')} role="img">
                  –
                </span>
              ) : (
                <Age at={row.since} />
              )}
            </td>
            <td>
              {row.evidenceAt === null ? text('overview.right-now') : <Age at={row.evidenceAt} />}
              <span className={classes.why}>{text(`overview.source.${row.source}`)}</span>
            </td>
            <td className={classes.remedy}>
              <Button
                variant="default"
                size="compact-sm"
                onClick={() => onRemedy(row.remedy)}
                aria-label={spokenName(text(REMEDY_LABELS[row.remedy.do]), spoken(text, row.what))}
                data-testid="remedy"
              >
                {text(REMEDY_LABELS[row.remedy.do])}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Nothing to do: what was looked at, and when. Green only when everything could be seen. */
function Calm({ checked }: { checked: Checked }) {
  const text = useText()
  if (checked.state === 'looking')
    return (
      <div aria-busy="true" data-testid="overview-looking">
        <span role="status">
          <T id="overview.looking" />
        </span>
        <Skeleton height={20} mt={8} radius="xs" />
      </div>
    )
  const { monitors, unseen, connections, lastLookAt, tokens } = checked
  return (
    <div className={classes.calm} data-testid={unseen === 0 ? 'overview-calm' : 'overview-unseen'}>
      <StateMark tone={unseen === 0 ? 'good' : 'neutral'}>
        {text(unseen === 0 ? 'overview.calm' : 'overview.calm-as-seen')}
      </StateMark>
      <ul className={classes.checked}>
        <li>
          <T
            id="overview.checked.monitors"
            values={{
              monitors,
              connections,
              age: lastLookAt === null ? text('heartbeat.not-looked') : <Age at={lastLookAt} />,
            }}
          />
        </li>
        {unseen > 0 && (
          <li>
            <T id="overview.checked.unseen" values={{ count: unseen }} />
          </li>
        )}
        <li>
          {tokens?.readAt != null ? (
            <T
              id="overview.checked.tokens"
              values={{ tokens: tokens.count, age: <Age at={tokens.readAt} /> }}
            />
          ) : (
            <T id="overview.tokens.unread" />
          )}
        </li>
      </ul>
    </div>
  )
}
