import { Textarea } from '@mantine/core'
import type { Triage } from '#shared/contract/triage.ts'
import { REASON_MAX } from '#shared/domain/token.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import classes from './incidents.module.css'
import { LeakItem, type LeakPlace } from './LeakItem.tsx'
import type { LeakRevocation } from './use-leak-revocation.ts'

/** What was found out of each token, and what revoking them would do. */
export function TriageAnswer({
  triage,
  places,
  left,
  revocation,
}: {
  triage: Triage
  /** by their places in `triage.leaks` */
  places: readonly LeakPlace[]
  /** tokens of the text that were not looked up */
  left: number
  revocation: LeakRevocation
}) {
  const text = useText()
  const { leaks, listedAt } = triage
  const { isPossible, reason, isTooLong, problem } = revocation
  const found = text('triage.found', { count: leaks.length })
  return (
    <>
      <p role="status" data-testid="found">
        {found}
        {left > 0 && ` · ${text('triage.more', { count: left })}`}
      </p>
      <section
        className={classes.leaks}
        aria-label={found}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard must reach it
        tabIndex={0}
      >
        <ul>
          {leaks.map((leak, place) => (
            <LeakItem
              // biome-ignore lint/suspicious/noArrayIndexKey: its place is what it is known by
              key={place}
              leak={leak}
              place={places[place]}
              skewMs={triage.clockSkewMs}
              chosen={leak.mayRevoke && leaks.length > 1 ? revocation.isChosen(place) : null}
              isOnly={leaks.length === 1}
              onChoose={(isChosen) => revocation.choose(place, isChosen)}
            />
          ))}
        </ul>
      </section>
      {leaks.some(({ verdict }) => verdict === 'unknown') && (
        <p className={classes.dimmed}>
          {listedAt === null ? (
            text('triage.list-never')
          ) : (
            <T id="triage.list-old" values={{ when: <RelativeTime at={listedAt} /> }} />
          )}
        </p>
      )}
      {isPossible && (
        <>
          <p>{text('revoke.warning')}</p>
          <Textarea
            label={text('revoke.reason')}
            value={reason}
            onChange={(event) => revocation.setReason(event.currentTarget.value)}
            error={isTooLong ? text('revoke.reason-too-long', { max: REASON_MAX }) : null}
            classNames={{ input: classes.reason }}
            data-testid="reason"
          />
        </>
      )}
      {problem && <ProblemNotice problem={problem} />}
    </>
  )
}
