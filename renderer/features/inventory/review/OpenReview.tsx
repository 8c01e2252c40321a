import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { Review, ReviewedOwner } from '#shared/contract/review.ts'
import type { ReviewDecision } from '#shared/domain/review.ts'
import { DangerDialog } from '../../../i18n/danger-dialog.tsx'
import { ProblemNotice } from '../../../i18n/problem.tsx'
import { problemOf } from '../../../i18n/problem-of.ts'
import { T, useText } from '../../../i18n/text.tsx'
import { RelativeTime } from '../../../i18n/time.tsx'
import { BusyButton } from '../../../ui/BusyButton.tsx'
import { EmptyState } from '../../../ui/EmptyState.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Section.tsx'
import { useInventoryEnvironment } from '../context.tsx'
import { OwnerItem } from './OwnerItem.tsx'
import classes from './review.module.css'
import { type Show, useOwners } from './use-owners.ts'

/** The review at work: what changed first, each owner with the decision beside. */
export function OpenReview({
  review: listed,
  search,
  onChange,
}: {
  review: Review
  search: string
  /** it is finished or thrown away */
  onChange: () => void
}) {
  const text = useText()
  const { client } = useInventoryEnvironment()
  const [review, setReview] = useState(listed)
  const [show, setShow] = useState<Show>(listed.changed > 0 ? 'changed' : 'open')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const [isDiscarding, setDiscarding] = useState(false)
  const owners = useOwners(review.id, show, search)
  const { id, open, openUnchanged } = review

  async function attempt(work: () => Promise<void>): Promise<void> {
    setProblem(null)
    try {
      await work()
    } catch (error) {
      setProblem(problemOf(error))
    }
  }

  const decide = (owner: ReviewedOwner, decision: ReviewDecision | null, note: string): Promise<void> =>
    attempt(async () => {
      setReview(await client.review.decide({ id, who: [owner.place], decision, note }))
      owners.change({ ...owner, decision, note })
    })

  const keepUnchanged = (): Promise<void> =>
    attempt(async () => {
      setReview(await client.review.decide({ id, who: 'unchanged', decision: 'keep', note: '' }))
      owners.again()
    })

  async function finish(): Promise<void> {
    setBusy(true)
    await attempt(async () => {
      await client.review.finish({ id })
      onChange()
    })
    setBusy(false)
  }

  async function discard(): Promise<Problem | null> {
    try {
      await client.review.discard({ id })
      onChange()
      return null
    } catch (error) {
      return problemOf(error)
    }
  }

  return (
    <Section
      title={text('review.now')}
      count={text('review.done', { decided: review.owners - open, owners: review.owners })}
      aside={
        <span className={classes.tools}>
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => setDiscarding(true)}
            data-testid="discard"
          >
            <T id="review.discard" />
          </Button>
          <BusyButton
            size="compact-sm"
            busy={busy}
            disabled={open > 0}
            title={open > 0 ? text('review.finish-first', { count: open }) : undefined}
            onClick={() => void finish()}
            data-testid="finish-review"
          >
            <T id="review.finish" />
          </BusyButton>
        </span>
      }
    >
      <p className={classes.dimmed}>
        <T
          id="review.read"
          values={{
            when: <RelativeTime at={review.readAt} />,
            owners: review.owners,
            tokens: review.tokens,
          }}
        />{' '}
        {review.previous ? (
          <T id="review.compared" values={{ when: <RelativeTime at={review.previous.finishedAt} /> }} />
        ) : (
          text('review.first')
        )}
      </p>
      {!review.comparable && (
        <div className={classes.notice}>
          <Notice tone="warning" testId="not-comparable" title={text('changes.not-comparable')} />
        </div>
      )}
      <div className={classes.bar}>
        <SegmentedControl
          size="xs"
          value={show}
          onChange={(value) => setShow(value as Show)}
          data={[
            { value: 'changed', label: text('review.show.changed', { count: review.changed }) },
            { value: 'open', label: text('review.show.open', { count: open }) },
            { value: 'all', label: text('review.show.all', { count: review.owners }) },
          ]}
          aria-label={text('review.show')}
          data-testid="show-owners"
        />
        {openUnchanged > 0 && (
          <Button variant="default" onClick={() => void keepUnchanged()} data-testid="keep-unchanged">
            {text('review.keep-unchanged', { count: openUnchanged })}
          </Button>
        )}
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {owners.problem && <ProblemNotice problem={owners.problem} tone="warning" />}
      {owners.list?.length === 0 && <NothingToShow show={show} search={search} />}
      <ul className={classes.owners} aria-busy={owners.list === null}>
        {owners.list?.map((owner) => (
          <OwnerItem
            key={owner.place}
            owner={owner}
            skewMs={review.clockSkewMs}
            isFirst={review.previous === null}
            onDecide={(decision, note) => void decide(owner, decision, note)}
          />
        ))}
      </ul>
      {owners.more && (
        <Button variant="default" onClick={owners.next} data-testid="more-owners">
          <T id="review.more" />
        </Button>
      )}
      {isDiscarding && (
        <DangerDialog
          name="discard-review"
          title={text('review.discard-question')}
          confirm={<T id="review.discard" />}
          confirmTestId="confirm-discard"
          onClose={() => setDiscarding(false)}
          onConfirm={discard}
        >
          <p>{text('review.discard-hint')}</p>
        </DangerDialog>
      )}
    </Section>
  )
}

function NothingToShow({ show, search }: { show: Show; search: string }) {
  const text = useText()
  if (search.trim() !== '')
    return (
      <EmptyState
        title={<T id="common.no-match" values={{ search: search.trim().slice(0, 80) }} />}
        testId="no-match"
      >
        {text('common.no-match-hint')}
      </EmptyState>
    )
  return (
    <p className={classes.dimmed} data-testid={`none-${show}`}>
      {text(show === 'changed' ? 'review.changed-none' : 'review.none-left')}
    </p>
  )
}
