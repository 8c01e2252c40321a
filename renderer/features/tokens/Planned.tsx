import { Button } from '@mantine/core'
import type { Reminder, RevokeTimer } from '#shared/contract/upkeep.ts'
import { isExpired } from '#shared/domain/token.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime, useSpanText } from '../../i18n/time.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useTokensEnvironment } from './context.tsx'
import { Entry } from './PlanEntry.tsx'
import { usePlannedOf } from './plans.ts'
import { RotationEntry } from './RotationEntry.tsx'
import classes from './tokens.module.css'

/** What is set up for one owner's tokens (T-16, T-17), and what came of it today; nothing where nothing is. */
export function PlannedSection({
  userId,
  skewMs,
  mayChange,
}: {
  userId: string
  skewMs: number
  mayChange: boolean
}) {
  const text = useText()
  const hour = useNow((now) => Math.floor(now / 3_600_000))
  const { timers, rotations, reminders } = usePlannedOf(userId, hour * 3_600_000)
  const count = timers.length + rotations.length + reminders.length
  if (count === 0) return null
  return (
    <Section title={text('planned.title')} count={text('common.count', { count })}>
      <ul className={classes.planned} aria-label={text('planned.title')} data-testid="planned">
        {rotations.map((rotation) => (
          <RotationEntry key={rotation.id} rotation={rotation} skewMs={skewMs} mayChange={mayChange} />
        ))}
        {timers.map((timer) => (
          <TimerEntry key={timer.id} timer={timer} skewMs={skewMs} mayChange={mayChange} />
        ))}
        {reminders.map((reminder) => (
          <ReminderEntry key={reminder.id} reminder={reminder} skewMs={skewMs} />
        ))}
      </ul>
    </Section>
  )
}

function TimerEntry({
  timer,
  skewMs,
  mayChange,
}: {
  timer: RevokeTimer
  skewMs: number
  mayChange: boolean
}) {
  const text = useText()
  const spanText = useSpanText()
  const { upkeep } = useTokensEnvironment()
  const { id, token, state, at, problem, lateMs } = timer
  const why = problem ? text(`problem.${problem.code}.what`) : ''
  const isOver = useNow((now) => at <= now + skewMs)
  return (
    <Entry
      id={id}
      token={token}
      testId="planned-timer"
      state={
        state === 'waiting' ? (
          <StateMark tone={problem ? 'danger' : 'busy'}>
            {isOver ? (
              <T id="planned.due-now" />
            ) : (
              <T id="planned.revokes" values={{ when: <RelativeTime at={at} skewMs={skewMs} /> }} />
            )}
          </StateMark>
        ) : state === 'done' ? (
          <StateMark tone={lateMs === null ? 'good' : 'warning'}>
            {lateMs === null
              ? text('planned.revoked')
              : text('planned.revoked-late', { span: spanText(Math.max(60_000, lateMs)) })}
          </StateMark>
        ) : (
          <StateMark tone={state === 'failed' ? 'danger' : 'neutral'}>
            {text(state === 'failed' ? 'planned.not-revoked' : 'planned.gone')}
          </StateMark>
        )
      }
      details={why === '' ? timer.reason : state === 'waiting' ? text('planned.tries-again', { why }) : why}
      actions={
        mayChange &&
        state === 'waiting' && (
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => void upkeep.actions.act('cancelTimer', id)}
            data-testid="cancel-timer"
          >
            <T id="planned.cancel" />
          </Button>
        )
      }
    />
  )
}

function ReminderEntry({ reminder, skewMs }: { reminder: Reminder; skewMs: number }) {
  const text = useText()
  const { upkeep } = useTokensEnvironment()
  const { id, token, days, state, connectionToken } = reminder
  const { expiresAt } = token
  const isOver = useNow((now) => isExpired(expiresAt, now + skewMs))
  const when = expiresAt === null ? text('token.never') : <RelativeTime at={expiresAt} skewMs={skewMs} />
  return (
    <Entry
      id={id}
      token={token}
      testId="planned-reminder"
      state={
        state === 'waiting' ? (
          <StateMark tone="neutral">{text('planned.reminds', { days })}</StateMark>
        ) : (
          <StateMark tone={isOver ? 'danger' : 'warning'}>
            <T id={isOver ? 'planned.ended' : 'planned.ends'} values={{ when }} />
          </StateMark>
        )
      }
      details={connectionToken ? text('planned.connection-token') : null}
      actions={
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => void upkeep.actions.act('dismiss', id)}
          data-testid="dismiss"
        >
          <T id={state === 'waiting' ? 'planned.cancel' : 'planned.dismiss'} />
        </Button>
      }
    />
  )
}
