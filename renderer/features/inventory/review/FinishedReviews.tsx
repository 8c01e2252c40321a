import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { Review } from '#shared/contract/review.ts'
import { ProblemNotice } from '../../../i18n/problem.tsx'
import { problemOf } from '../../../i18n/problem-of.ts'
import { T, useText } from '../../../i18n/text.tsx'
import { RelativeTime, utcText } from '../../../i18n/time.tsx'
import { ForeignText } from '../../../ui/ForeignText.tsx'
import { Section } from '../../../ui/Section.tsx'
import { spokenName } from '../../../ui/spoken-name.ts'
import { useInventoryEnvironment } from '../context.tsx'
import classes from './review.module.css'

const FORMATS = {
  json: { label: 'review.json', mediaType: 'application/json' },
  html: { label: 'review.page', mediaType: 'text/html' },
} as const

/** Those that are signed, the newest first: their files, and what was decided to be revoked. */
export function FinishedReviews({ reviews }: { reviews: readonly Review[] }) {
  const text = useText()
  const { client, save } = useInventoryEnvironment()
  const [problem, setProblem] = useState<Problem | null>(null)

  async function saveKey(): Promise<void> {
    setProblem(null)
    try {
      const { fileName, publicKey } = await client.activity.publicKey()
      save(fileName, publicKey, 'application/x-pem-file')
    } catch (error) {
      setProblem(problemOf(error))
    }
  }

  return (
    <Section
      title={text('review.past')}
      count={text('common.count', { count: reviews.length })}
      aside={
        <Button variant="default" size="compact-sm" onClick={() => void saveKey()} data-testid="save-key">
          <T id="review.key" />
        </Button>
      }
    >
      <ul className={classes.owners}>
        {reviews.map((review, index) => (
          <FinishedReview key={review.id} review={review} isNewest={index === 0} onProblem={setProblem} />
        ))}
      </ul>
      {problem && <ProblemNotice problem={problem} />}
      <p className={classes.dimmed}>{text('report.verify')}</p>
      <code className={classes.command} translate="no">
        npm run verify-report -- FILE --key PUBLICKEYFILE
      </code>
    </Section>
  )
}

function FinishedReview({
  review,
  isNewest,
  onProblem,
}: {
  review: Review
  isNewest: boolean
  onProblem: (problem: Problem | null) => void
}) {
  const text = useText()
  const { client, save, onRevoke } = useInventoryEnvironment()
  const { id, decided, finishedAt } = review
  const { keep = 0, revoke = 0, ask = 0 } = decided

  async function attempt(work: () => Promise<void>): Promise<void> {
    onProblem(null)
    try {
      await work()
    } catch (error) {
      onProblem(problemOf(error))
    }
  }

  const saveFile = (format: keyof typeof FORMATS): Promise<void> =>
    attempt(async () => {
      const pieces: string[] = []
      for await (const piece of await client.review.report({ id, format })) pieces.push(piece)
      const day = new Date(finishedAt ?? 0).toISOString().slice(0, 10)
      save(`gatehouse-access-review-${day}.${format}`, pieces.join(''), FORMATS[format].mediaType)
    })

  const revokeDecided = (): Promise<void> =>
    attempt(async () => onRevoke(await client.review.toRevoke({ id })))

  return (
    <li className={classes.owner} data-testid="finished-review">
      <div className={classes.who}>
        <span>
          <T
            id="review.finished"
            values={{
              when: <RelativeTime at={finishedAt ?? 0} />,
              actor: <ForeignText>{review.actor}</ForeignText>,
            }}
          />
        </span>
        <span className={classes.dimmed}>{text('review.results', { keep, revoke, ask })}</span>
      </div>
      <span className={classes.choices}>
        {isNewest && revoke > 0 && (
          <Button
            size="compact-sm"
            color="red"
            onClick={() => void revokeDecided()}
            data-testid="revoke-decided"
          >
            <T id="review.revoke-decided" />
          </Button>
        )}
        {(['json', 'html'] as const).map((format) => (
          <Button
            key={format}
            size="compact-sm"
            variant="default"
            onClick={() => void saveFile(format)}
            aria-label={spokenName(text(FORMATS[format].label), utcText(finishedAt ?? 0))}
            data-testid={`save-review-${format}`}
          >
            {text(FORMATS[format].label)}
          </Button>
        ))}
      </span>
    </li>
  )
}
