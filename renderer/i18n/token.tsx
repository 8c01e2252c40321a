import type { Token } from '#shared/contract/tokens.ts'
import { lastFour, type TokenStatus, tokenStatus } from '#shared/domain/token.ts'
import { useNow } from '../ui/clock.tsx'
import { ForeignText, visibleText } from '../ui/ForeignText.tsx'
import { StateMark, type Tone } from '../ui/StateMark.tsx'
import { T } from './text.tsx'
import classes from './token.module.css'

const TONES: Record<TokenStatus, Tone> = {
  active: 'good',
  'expires-soon': 'warning',
  expired: 'danger',
  revoked: 'neutral',
}

/** Judged by the platform's time: ours plus `skewMs`. */
export function TokenStatusMark({ token, skewMs }: { token: Pick<Token, 'expiresAt'>; skewMs: number }) {
  const status = useNow((now) => tokenStatus(token, now + skewMs))
  return (
    <StateMark tone={TONES[status]}>
      <T id={`token.status.${status}`} />
    </StateMark>
  )
}

/** `…a1b2` */
export function TokenEnding({ maskedToken }: { maskedToken: string }) {
  const ending = lastFour(maskedToken)
  return <span className={classes.mono}>{ending === '' ? '…' : `…${ending}`}</span>
}

/** What tells it from another of the same name, for what is only said. */
export const nameWithEnding = ({ name, maskedToken }: Pick<Token, 'name' | 'maskedToken'>): string =>
  `${visibleText(name)} …${lastFour(maskedToken)}`

/** A token's name; the platform takes empty ones too. */
export function TokenName({ name }: { name: string }) {
  return name.trim() === '' ? (
    <span className={classes.dimmed}>
      <T id="token.no-name" />
    </span>
  ) : (
    <ForeignText>{name}</ForeignText>
  )
}
