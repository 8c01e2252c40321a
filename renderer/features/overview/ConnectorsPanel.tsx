import { Button } from '@mantine/core'
import type { Connector } from '#shared/contract/connectors.ts'
import { isTrouble, standingOf } from '#shared/domain/connector.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './overview.module.css'
import { Panel } from './Panel.tsx'

const REQUESTED = ['starting', 'stopping'] as const
const REPORTED = ['started', 'stopped'] as const

/** How many connectors are wanted and reported how: where the two disagree, the count stands off the diagonal. */
export function ConnectorsPanel({
  connectors,
  readAt,
  now,
  onShow,
}: {
  /** null until the core has spoken */
  connectors: readonly Connector[] | null
  /** null: they were not read yet */
  readAt: number | null
  /** our clock, to the minute */
  now: number
  onShow: () => void
}) {
  const text = useText()
  return (
    <Panel
      title={text('nav.connectors')}
      testId="panel-connectors"
      foot={
        <>
          <span>{readAt !== null && <T id="common.read" values={{ age: <Age at={readAt} /> }} />}</span>
          <Button variant="default" size="compact-sm" onClick={onShow}>
            <T id="overview.go.connectors" />
          </Button>
        </>
      }
    >
      {connectors === null || (readAt === null && connectors.length === 0) ? (
        <StateMark tone="busy">
          <T id="overview.looking" />
        </StateMark>
      ) : (
        <>
          <div className={classes.figureText}>
            <T id="overview.connectors.count" values={{ count: connectors.length }} />
          </div>
          <Agreement connectors={connectors} />
          <Troubles connectors={connectors} now={now} />
        </>
      )}
    </Panel>
  )
}

function Agreement({ connectors }: { connectors: readonly Connector[] }) {
  const text = useText()
  const managed = connectors.filter(({ requested }) => requested !== null)
  if (managed.length === 0) return null
  const count = (requested: string, reported: string | null): number =>
    managed.filter((one) => one.requested === requested && one.reported === reported).length
  return (
    <table className={classes.agreement}>
      <caption className={classes.hidden}>
        {text('connector.column.requested')} × {text('connector.column.reported')}
      </caption>
      <thead>
        <tr>
          <th scope="col">
            {text('connector.column.requested')} × {text('connector.column.reported')}
          </th>
          {REPORTED.map((reported) => (
            <th key={reported} scope="col">
              {text(`connector.reported.${reported}`)}
            </th>
          ))}
          <th scope="col">{text('overview.unknown')}</th>
        </tr>
      </thead>
      <tbody>
        {REQUESTED.map((requested) => (
          <tr key={requested}>
            <th scope="row">{text(`connector.requested.${requested}`)}</th>
            {[...REPORTED, null].map((reported) => {
              const agrees = (requested === 'starting') === (reported === 'started') && reported !== null
              const found = count(requested, reported)
              return (
                <td key={reported} data-off={!agrees && found > 0}>
                  {text('common.count', { count: found })}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Green only where every connector is as it is wanted; what is on its way is not there yet. */
function Troubles({ connectors, now }: { connectors: readonly Connector[]; now: number }) {
  if (connectors.length === 0) return null
  const standings = connectors.map((one) => standingOf(one, now))
  const troubles = standings.filter(isTrouble).length
  if (troubles > 0)
    return (
      <StateMark tone="warning">
        <T id="overview.connectors.troubles" values={{ count: troubles }} />
      </StateMark>
    )
  const onTheWay = standings.find((standing) => standing === 'starting' || standing === 'stopping')
  // Without proof it may be as it is wanted, and is not said to be.
  const open = onTheWay ?? standings.find((standing) => standing === 'unproven')
  return open ? (
    <StateMark tone={onTheWay ? 'busy' : 'neutral'}>
      <T id={`connector.standing.${open}`} />
    </StateMark>
  ) : (
    <StateMark tone="good">
      <T id="overview.connectors.agree" />
    </StateMark>
  )
}
