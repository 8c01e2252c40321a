import { Button } from '@mantine/core'
import type { Reminder, RevokeTimer } from '#shared/contract/upkeep.ts'
import { isExpired } from '#shared/domain/token.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime, useSpanText } from '../../i18n/time.tsx'
import { nameWithEnding } from '../../i18n/token.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { spokenName } from '../../ui/spoken-name.ts'
import { useTokensEnvironment } from './context.tsx'
import { Dismiss, Entry, type EntryPlace } from './PlanEntry.tsx'
import { countOf, type PlannedEntries, useHour, usePlannedOf } from './plans.ts'
import { RotationEntry } from './RotationEntry.tsx'
import classes from './tokens.module.css'
import { useMayChange } from './use-may-change.ts'

/** What is set up for one owner's tokens (T-16, T-17), and what came of it; nothing where nothing is. */
export function PlannedSection({ userId, skewMs }: { userId: string; skewMs: number }) {
  const text = useText()
  const planned = usePlannedOf(useHour(), { userId })
  const count = countOf(planned)
  if (count === 0) return null
  return (
    <Section title={text('planned.title')} count={text('common.count', { count })}>
      <PlannedList planned={planned} skewMs={skewMs} label={text('planned.title')} />
    </Section>
  )
}

/** The entries themselves; nothing where there are none. */
export function PlannedList({
  planned,
  skewMs,
  label,
  withOwner = false,
  planId = null,
  narrow = false,
}: {
  planned: PlannedEntries
  skewMs: number
  label: string
  /** says whose token it is: the list is of more than one owner */
  withOwner?: boolean
  /** the one that somebody came for */
  planId?: string | null
  /** stands beside a table */
  narrow?: boolean
}) {
  const mayChange = useMayChange()
  const { timers, rotations, reminders } = planned
  if (countOf(planned) === 0) return null
  const of = ({ id, owner }: { id: string; owner: { id: string } }) => ({
    skewMs,
    mayChange: mayChange(owner.id),
    withOwner,
    isSought: id === planId,
  })
  return (
    <ul
      className={classes.planned}
      aria-label={label}
      data-narrow={narrow || undefined}
      data-testid="planned"
    >
      {rotations.map((rotation) => (
        <RotationEntry key={rotation.id} rotation={rotation} {...of(rotation)} />
      ))}
      {timers.map((timer) => (
        <TimerEntry key={timer.id} timer={timer} {...of(timer)} />
      ))}
      {reminders.map((reminder) => (
        <ReminderEntry key={reminder.id} reminder={reminder} {...of(reminder)} />
      ))}
    </ul>
  )
}

function TimerEntry({ timer, skewMs, mayChange, ...place }: { timer: RevokeTimer } & EntryPlace) {
  const text = useText()
  const spanText = useSpanText()
  const { upkeep } = useTokensEnvironment()
  const { id, state, at, problem, lateMs } = timer
  const why = problem ? text(`problem.${problem.code}.what`) : ''
  const isOver = useNow((now) => at <= now + skewMs)
  return (
    <Entry
      of={timer}
      {...place}
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
        mayChange && state === 'waiting' ? (
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => void upkeep.actions.act('cancelTimer', id)}
            aria-label={spokenName(text('planned.cancel'), nameWithEnding(timer.token))}
            data-testid="cancel-timer"
          >
            <T id="planned.cancel" />
          </Button>
        ) : (
          state === 'failed' && <Dismiss of={timer} />
        )
      }
    />
  )
}

function ReminderEntry({ reminder, skewMs, ...place }: { reminder: Reminder } & EntryPlace) {
  const text = useText()
  const { upkeep } = useTokensEnvironment()
  const { id, days, state, connectionToken } = reminder
  const { expiresAt } = reminder.token
  const isOver = useNow((now) => isExpired(expiresAt, now + skewMs))
  const when = expiresAt === null ? text('token.never') : <RelativeTime at={expiresAt} skewMs={skewMs} />
  return (
    <Entry
      of={reminder}
      {...place}
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
          aria-label={spokenName(
            text(state === 'waiting' ? 'planned.cancel' : 'planned.dismiss'),
            nameWithEnding(reminder.token),
          )}
          data-testid="dismiss"
        >
          <T id={state === 'waiting' ? 'planned.cancel' : 'planned.dismiss'} />
        </Button>
      }
    />
  )
}
