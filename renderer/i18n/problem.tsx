import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { copyText } from '../ui/copy-text.ts'
import { visibleText } from '../ui/ForeignText.tsx'
import { Notice } from '../ui/Notice.tsx'
import { spokenName } from '../ui/spoken-name.ts'
import classes from './problem.module.css'
import { useText } from './text.tsx'

/** A failure where it happened: what it means, what to do, and the details to copy into a ticket. */
export function ProblemNotice({
  problem,
  actions,
  tone = 'danger',
  testId = 'problem',
}: {
  problem: Problem
  actions?: ReactNode
  tone?: 'danger' | 'warning'
  testId?: string
}) {
  const text = useText()
  return (
    <Notice
      tone={tone}
      role="alert"
      testId={testId}
      title={text(`problem.${problem.code}.what`)}
      actions={actions}
    >
      <p>{text(`problem.${problem.code}.hint`)}</p>
      <ProblemDetails problem={problem} />
    </Notice>
  )
}

function ProblemDetails({ problem }: { problem: Problem }) {
  const text = useText()
  const [copied, setCopied] = useState(false)
  const details = problem.detail === null ? problem.code : `${problem.code}: ${problem.detail}`
  return (
    <div className={classes.details}>
      {/* Text of the other side: shown as text, in a box of its own, so that it can't pass for ours. */}
      <bdi className={classes.detail}>{visibleText(details)}</bdi>
      <Button
        variant="default"
        size="compact-xs"
        aria-label={spokenName(
          text(copied ? 'common.copied' : 'common.copy-details'),
          text(`problem.${problem.code}.what`),
        )}
        onClick={() => void copyText(details).then(setCopied)}
        data-testid="copy-details"
      >
        {copied ? text('common.copied') : text('common.copy-details')}
      </Button>
    </div>
  )
}
