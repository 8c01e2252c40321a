import { useCallback, useState } from 'react'
import type { PlatformEntry } from '#shared/contract/activity.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { useAnswer } from '../../i18n/use-answer.ts'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { useIncidentsEnvironment } from './context.tsx'
import classes from './incidents.module.css'

/** Records that are asked for at a time, and at most. */
const PAGE = 200
const MOST_PAGES = 5
/** Acts and addresses that are named; all are counted. */
const MOST_ACTS = 20
const MOST_ADDRESSES = 6

interface Asked {
  readonly ownerId: string
  /** when the token was made, by the platform's clock; null: nobody knows, so everything */
  readonly since: number | null
}

/**
 * What the platform's audit has of the owner since the found token was made: what the leak may have been used for (T-19).
 * @param ending how the found token ends, which tells several of these apart
 * @param first it is the only one, so it is shown at once
 */
export function LeakAudit({ ending, first, ...asked }: Asked & { ending: string; first: boolean }) {
  const [isOpen, setOpen] = useState(first)
  return (
    <details
      className={classes.leakAudit}
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      data-testid="leak-audit"
    >
      <summary>
        <T id="triage.audit" /> <span className={classes.spoken}>{ending}</span>
      </summary>
      {isOpen && <Acts {...asked} />}
    </details>
  )
}

function Acts({ ownerId, since }: Asked) {
  const text = useText()
  const { client, connection } = useIncidentsEnvironment()
  const ask = useCallback(async () => {
    const acts: PlatformEntry[] = []
    let after: string | null = null
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer: Awaited<ReturnType<typeof client.activity.platform>> = await client.activity.platform({
        connectionId: connection.id,
        after,
        first: PAGE,
        search: '',
        kind: null,
        personId: ownerId,
      })
      const { entries, nextCursor, recording, clockSkewMs } = answer
      // What was done to the owner is found as well, and is no act of theirs.
      acts.push(...entries.filter(({ actor, at }) => actor?.id === ownerId && at >= (since ?? 0)))
      const isPast = entries.some(({ at }) => at < (since ?? 0))
      if (nextCursor === null || isPast) return { acts, recording, clockSkewMs, isAll: true }
      after = nextCursor
      if (page === MOST_PAGES - 1) return { acts, recording, clockSkewMs, isAll: false }
    }
    return null
  }, [client, connection.id, ownerId, since])
  const { answer, problem } = useAnswer(ask)

  if (problem?.code === 'missing-capability' || problem?.code === 'forbidden')
    return <Said id="triage.audit.no-right" />
  if (problem) return <ProblemNotice problem={problem} tone="warning" testId="audit-failed" />
  if (answer === null)
    return (
      <p role="status" className={classes.dimmed} data-testid="audit-loading">
        <T id="triage.audit.loading" />
      </p>
    )
  const { acts, recording, clockSkewMs, isAll } = answer
  if (acts.length === 0) return <Said id={recording ? 'triage.audit.none' : 'triage.audit.not-kept'} />
  const addresses = addressesOf(acts)
  return (
    <>
      <p data-testid="audit-summary">
        {text('triage.audit.summary', { count: acts.length, addresses: addresses.length })}
        {addresses.length > 0 && (
          <span className={classes.list}>
            {addresses.slice(0, MOST_ADDRESSES).map(([ip, count]) => (
              <span key={ip}>
                <ForeignText>{ip}</ForeignText> × {text('common.count', { count })}
              </span>
            ))}
          </span>
        )}
      </p>
      <ol className={classes.acts}>
        {acts.slice(0, MOST_ACTS).map(({ id, at, message, ip, userAgent, succeeded }) => (
          <li key={id}>
            <RelativeTime at={at} skewMs={clockSkewMs} />
            <span>
              <ForeignText>{message}</ForeignText>
              {!succeeded && <> · {text('triage.audit.refused')}</>}
              <span className={classes.origin}>
                {ip !== null && <ForeignText dimmed>{ip}</ForeignText>}{' '}
                {userAgent !== null && <ForeignText dimmed>{userAgent}</ForeignText>}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {(acts.length > MOST_ACTS || !isAll) && (
        <p className={classes.dimmed}>
          {text(isAll ? 'triage.audit.first' : 'triage.audit.part', {
            shown: Math.min(MOST_ACTS, acts.length),
            all: acts.length,
          })}
        </p>
      )}
      <Said id="triage.audit.whose" />
    </>
  )
}

function Said({ id }: { id: `triage.audit.${'no-right' | 'none' | 'not-kept' | 'whose'}` }) {
  return (
    <p className={classes.dimmed} data-testid={id.replaceAll('.', '-')}>
      <T id={id} />
    </p>
  )
}

/** Where the acts came from, the most frequent first. */
function addressesOf(acts: readonly PlatformEntry[]): [ip: string, count: number][] {
  const counts = new Map<string, number>()
  for (const { ip } of acts) if (ip !== null) counts.set(ip, (counts.get(ip) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}
