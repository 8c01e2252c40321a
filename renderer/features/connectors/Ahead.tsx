import { type ReactNode, useMemo } from 'react'
import { type Forecast, forecast } from '#shared/domain/connector-cause.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { useNow } from '../../ui/clock.tsx'
import { ForeignWords } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './connectors.module.css'
import { useConnectors } from './context.tsx'
import { TokenWords } from './TokenWords.tsx'

const HORIZON_MS = 30 * 86_400_000
const MOST = 6
const MOST_NAMES = 3
/** The list changes when something has happened; a minute is soon enough to notice. */
const STEP_MS = 60_000

/** C-07: what stops when, as far as the owners' tokens tell. */
export function Ahead() {
  const text = useText()
  const connectors = useConnectors((state) => state.connectors)
  const owners = useConnectors((state) => state.owners)
  const minute = useNow((now) => Math.floor(now / STEP_MS))
  const found = useMemo(() => {
    const list = [...connectors.values()].map(({ id, owner, managed, requested, active }) => ({
      id,
      ownerId: owner?.id ?? null,
      wanted: managed ? requested === 'starting' : active,
    }))
    return forecast(list, owners ?? [], minute * STEP_MS, HORIZON_MS)
  }, [connectors, owners, minute])
  if (found.length === 0) return null
  return (
    <Section title={text('ahead.title')} count={text('common.count', { count: found.length })}>
      <ul className={classes.ahead} data-testid="ahead">
        {found.slice(0, MOST).map((each) => (
          <li key={`${each.ownerId} ${each.token?.id}`}>
            <span className={classes.aheadTime}>
              <StateMark tone={each.certainty === 'certain' ? 'warning' : 'neutral'}>
                <RelativeTime at={each.at} />
              </StateMark>
            </span>
            <span>
              <Sentence forecast={each} />
            </span>
          </li>
        ))}
      </ul>
      {found.length > MOST && (
        <p className={classes.dimmed}>
          <T id="ahead.more" values={{ count: found.length - MOST }} />
        </p>
      )}
    </Section>
  )
}

function Sentence({ forecast: { kind, token, certainty, connectorIds } }: { forecast: Forecast }) {
  const connectors = useConnectors((state) => state.connectors)
  const found = connectorIds.flatMap((id) => connectors.get(id) ?? [])
  const owner = <ForeignWords>{found[0]?.owner?.name ?? ''}</ForeignWords>
  const names = <Names names={found.map(({ name }) => name)} />
  if (kind === 'locks' || token === null) return <T id="ahead.locks" values={{ owner, names }} />
  return (
    <T id={`ahead.expires-${certainty}`} values={{ owner, names, token: <TokenWords token={token} /> }} />
  )
}

function Names({ names }: { names: readonly string[] }) {
  const shown: ReactNode[] = names.slice(0, MOST_NAMES).flatMap((name, index) => [
    index > 0 ? ', ' : '',
    // biome-ignore lint/suspicious/noArrayIndexKey: two connectors may have one name
    <ForeignWords key={index}>{name}</ForeignWords>,
  ])
  return (
    <>
      {shown}
      {names.length > MOST_NAMES && (
        <>
          {' '}
          <T id="ahead.and-more" values={{ count: names.length - MOST_NAMES }} />
        </>
      )}
    </>
  )
}
