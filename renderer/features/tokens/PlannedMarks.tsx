import type { Token } from '#shared/contract/tokens.ts'
import { isExpired } from '#shared/domain/token.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { TokenStatusMark } from '../../i18n/token.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Icon } from '../../ui/icons.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import type { Planned } from './plans.ts'
import classes from './tokens.module.css'

interface Props {
  token: Token
  planned: Planned | undefined
  /** platform's clock minus ours, ms */
  skewMs: number
}

/** When a token ends: by itself, or earlier by what is planned; and whether somebody is reminded of it. */
export function End({ token: { expiresAt }, planned, skewMs }: Props) {
  const text = useText()
  const timer = planned?.timer ?? null
  const isRevokedFirst = timer !== null && (expiresAt === null || timer.at < expiresAt)
  const reminder = planned?.reminders[0]
  if (isRevokedFirst) {
    return (
      <span className={classes.mark} title={text('planned.by-gatehouse')} data-testid="revokes-mark">
        <Icon name="clock" />
        <span className={classes.spoken}>{text('planned.by-gatehouse')}</span>
        <span className={classes.markWord}>
          <RelativeTime at={timer.at} skewMs={skewMs} />
        </span>
      </span>
    )
  }
  if (expiresAt === null) return <T id="token.never" />
  const end = <RelativeTime at={expiresAt} skewMs={skewMs} />
  if (!reminder) return end
  const words = text('planned.reminds', { days: reminder.days })
  return (
    <span className={classes.mark} title={words} data-testid="reminder-mark">
      <span className={classes.markWord}>{end}</span>
      <Icon name="bell" />
      <span className={classes.spoken}>{words}</span>
    </span>
  )
}

/** How a token stands; one that is being replaced says so as long as it works. */
export function Status({ token, planned, skewMs }: Props) {
  const isOver = useNow((now) => isExpired(token.expiresAt, now + skewMs))
  const rotation = planned?.rotation ?? null
  if (rotation === null || isOver) return <TokenStatusMark token={token} skewMs={skewMs} />
  return (
    <span data-testid="rotation-mark">
      <StateMark tone={rotation.phase === 'ready' ? 'warning' : 'busy'}>
        <T id={rotation.phase === 'ready' ? 'planned.replaced' : 'planned.replacing'} />
      </StateMark>
    </span>
  )
}
