import { Button } from '@mantine/core'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useActivity, useActivityEnvironment } from './context.tsx'

/** Why the platform's own audit says less than one could think (L-03). */
export function PlatformNotices({ onRetry }: { onRetry: () => void }) {
  const text = useText()
  const { connection } = useActivityEnvironment()
  const wanted = useActivity((state) => state.filter.source !== 'console')
  const problem = useActivity((state) => state.platform.problem)
  const isEmptyOfItself = useActivity(({ platform }) => platform.readAt !== null && !platform.recording)
  if (!wanted || connection === null) return null
  const name = connection.embedded ? text('settings.local') : connection.name
  if (connection.state.phase === 'failed')
    return (
      <Notice
        tone="warning"
        testId="platform-offline"
        title={<T id="activity.offline" values={{ platform: <ForeignText>{name}</ForeignText> }} />}
      >
        {text('activity.offline-hint')}
      </Notice>
    )
  if (problem?.code === 'missing-capability')
    return (
      <Notice tone="neutral" testId="no-right" title={text('activity.no-right')}>
        {text('activity.no-right-hint')}
      </Notice>
    )
  if (problem?.code === 'not-on-openaev')
    return (
      <Notice tone="neutral" testId="not-on-openaev" title={text('problem.not-on-openaev.what')}>
        {text('problem.not-on-openaev.hint')}
      </Notice>
    )
  if (problem)
    return (
      <ProblemNotice
        problem={problem}
        tone="warning"
        testId="platform-failed"
        actions={
          <Button variant="default" onClick={onRetry} data-testid="retry-platform">
            <T id="common.try-again" />
          </Button>
        }
      />
    )
  if (isEmptyOfItself)
    return (
      <Notice
        tone="neutral"
        testId="no-enterprise"
        title={<T id="activity.no-enterprise" values={{ platform: <ForeignText>{name}</ForeignText> }} />}
      >
        {text('activity.no-enterprise-hint')}
      </Notice>
    )
  return null
}
