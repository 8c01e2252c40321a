import { useCallback, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { Review } from '#shared/contract/review.ts'
import { ProblemNotice } from '../../../i18n/problem.tsx'
import { problemOf } from '../../../i18n/problem-of.ts'
import { T, useText } from '../../../i18n/text.tsx'
import { BusyButton } from '../../../ui/BusyButton.tsx'
import { EmptyState } from '../../../ui/EmptyState.tsx'
import { Section } from '../../../ui/Section.tsx'
import { useInventory, useInventoryEnvironment } from '../context.tsx'
import { LoadingInventory, NobodyToSee } from '../InventoryFrame.tsx'
import { useReading } from '../use-reading.ts'
import { FinishedReviews } from './FinishedReviews.tsx'
import { OpenReview } from './OpenReview.tsx'
import classes from './review.module.css'

/** Access reviews of the connection (T-18): the open one, or the way to the next, and those that are finished. */
export function ReviewView({ search }: { search: string }) {
  const { client } = useInventoryEnvironment()
  const connectionId = useInventory((state) => state.connectionId)
  const scope = useInventory((state) => state.status?.scope ?? null)
  const read = useCallback(
    async (): Promise<Review[]> => (connectionId === null ? [] : client.review.list({ connectionId })),
    [client, connectionId],
  )
  const { data, problem, again } = useReading(read)

  if (scope === 'nobody') return <NobodyToSee />
  if (data === null) return problem ? <ProblemNotice problem={problem} /> : <LoadingInventory />
  const open = data.find(({ finishedAt }) => finishedAt === null)
  const finished = data.filter(({ finishedAt }) => finishedAt !== null)
  return (
    <>
      {problem && <ProblemNotice problem={problem} tone="warning" />}
      {open ? (
        <OpenReview key={open.id} review={open} search={search} onChange={again} />
      ) : (
        <NextReview isFirst={finished.length === 0} onBegun={again} />
      )}
      {finished.length > 0 && <FinishedReviews reviews={finished} />}
    </>
  )
}

/** Nothing is open: what a review is, and the way to begin one. */
function NextReview({ isFirst, onBegun }: { isFirst: boolean; onBegun: () => void }) {
  const text = useText()
  const { client } = useInventoryEnvironment()
  const connectionId = useInventory((state) => state.connectionId)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function begin(): Promise<void> {
    if (connectionId === null) return
    setBusy(true)
    setProblem(null)
    try {
      await client.review.begin({ connectionId })
      onBegun()
    } catch (error) {
      setProblem(problemOf(error))
    }
    setBusy(false)
  }

  const button = (
    <BusyButton busy={busy} onClick={() => void begin()} data-testid="begin-review">
      <T id={isFirst ? 'review.begin' : 'review.again'} />
    </BusyButton>
  )
  return (
    <Section title={text('review.now')}>
      {isFirst ? (
        <EmptyState title={text('review.none')} action={button} testId="no-review">
          {text('review.lead')}
        </EmptyState>
      ) : (
        <div className={classes.next}>
          <p className={classes.dimmed}>{text('review.lead')}</p>
          {button}
        </div>
      )}
      {busy && (
        <p role="status" aria-busy="true" className={classes.dimmed} data-testid="reading-everybody">
          {text('review.reading')}
        </p>
      )}
      {problem && <ProblemNotice problem={problem} />}
    </Section>
  )
}
