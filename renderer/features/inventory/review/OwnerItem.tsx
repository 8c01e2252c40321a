import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ReviewedOwner } from '#shared/contract/review.ts'
import { REVIEW_DECISIONS, REVIEW_NOTE_MAX, type ReviewDecision } from '#shared/domain/review.ts'
import { AccountState, useAccountStatusText } from '../../../i18n/account.tsx'
import { T, useText } from '../../../i18n/text.tsx'
import { RelativeTime, useDateText } from '../../../i18n/time.tsx'
import { TokenEnding, TokenName } from '../../../i18n/token.tsx'
import { ForeignText, visibleText } from '../../../ui/ForeignText.tsx'
import { StateMark } from '../../../ui/StateMark.tsx'
import classes from './review.module.css'

/** Tokens named of each owner; more are counted. */
const NAMED = 5

/** One owner: what they hold, what changed, and the decision. */
export function OwnerItem({
  owner,
  skewMs,
  isFirst,
  onDecide,
}: {
  owner: ReviewedOwner
  skewMs: number
  /** nothing to compare with */
  isFirst: boolean
  onDecide: (decision: ReviewDecision | null, note: string) => void
}) {
  const text = useText()
  return (
    <li className={classes.owner} data-testid="reviewed-owner" data-decision={owner.decision}>
      <div className={classes.who}>
        <span className={classes.head}>
          <strong>
            <ForeignText>{owner.name}</ForeignText>
          </strong>
          <ForeignText dimmed>{owner.email}</ForeignText>
          {owner.accountStatus !== 'Active' && <AccountState user={owner} />}
          {owner.capabilities.includes('BYPASS') && (
            <span className={classes.tag}>{text('triage.capabilities.all')}</span>
          )}
        </span>
        {!isFirst && <Changes owner={owner} />}
        <ul className={classes.tokens}>
          {owner.tokens.slice(0, NAMED).map((token) => (
            <TokenLine key={token.id} token={token} skewMs={skewMs} />
          ))}
          {owner.tokens.length > NAMED && (
            <li className={classes.dimmed}>
              {text('review.more-tokens', { count: owner.tokens.length - NAMED })}
            </li>
          )}
        </ul>
      </div>
      {owner.tokens.length > 0 && <Decision owner={owner} onDecide={onDecide} />}
    </li>
  )
}

function TokenLine({ token, skewMs }: { token: ReviewedOwner['tokens'][number]; skewMs: number }) {
  const text = useText()
  const dateText = useDateText()
  const { name, maskedToken, expiresAt, lastUsedAt, marks } = token
  return (
    <li className={classes.token}>
      <TokenEnding maskedToken={maskedToken} />
      <TokenName name={name} />
      {marks.map((mark) => (
        <span key={mark} className={classes.tag} data-mark={mark}>
          {text(`review.${mark}`)}
        </span>
      ))}
      <span className={classes.dimmed}>
        {text('token.column.expires')} {expiresAt === null ? text('token.never') : dateText(expiresAt)} ·{' '}
        {text('token.column.last-used')}{' '}
        {lastUsedAt === null ? text('token.never') : <RelativeTime at={lastUsedAt} skewMs={skewMs} />}
      </span>
    </li>
  )
}

/** What changed of the owner; what changed of a token stands at the token. */
function Changes({ owner }: { owner: ReviewedOwner }) {
  const statusText = useAccountStatusText()
  const { isNew, isGone, statusBefore, gained, lost, vanished } = owner
  const rights = (names: readonly string[]) => ({ rights: <ForeignText>{names.join(', ')}</ForeignText> })
  const lines = [
    isNew && <T id="review.new" />,
    isGone && <T id="review.gone" />,
    statusBefore !== null && <T id="review.status-was" values={{ before: statusText(statusBefore) }} />,
    gained.length > 0 && <T id="review.gained" values={rights(gained)} />,
    lost.length > 0 && <T id="review.lost" values={rights(lost)} />,
    ...vanished.map((token) => (
      <T
        key={token.id}
        id={token.fate === 'revoked' ? 'review.vanished-revoked' : 'review.vanished'}
        values={{
          token: (
            <>
              <TokenEnding maskedToken={token.maskedToken} /> <TokenName name={token.name} />
            </>
          ),
        }}
      />
    )),
  ].filter((line) => line !== false)
  if (lines.length === 0) return null
  return (
    <ul className={classes.changes}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they stay in their order
        <li key={index}>
          <StateMark tone="warning">{line}</StateMark>
        </li>
      ))}
    </ul>
  )
}

function Decision({
  owner,
  onDecide,
}: {
  owner: ReviewedOwner
  onDecide: (decision: ReviewDecision | null, note: string) => void
}) {
  const text = useText()
  const [note, setNote] = useState(owner.note)
  const { decision } = owner
  return (
    <fieldset className={classes.decision}>
      <legend className={classes.spoken}>
        {text('review.owner-decision', { owner: visibleText(`${owner.name} ${owner.email}`) })}
      </legend>
      <span className={classes.choices}>
        {REVIEW_DECISIONS.map((one) => (
          <Button
            key={one}
            size="compact-sm"
            variant={decision === one ? 'filled' : 'default'}
            color={one === 'revoke' && decision === one ? 'red' : undefined}
            aria-pressed={decision === one}
            onClick={() => onDecide(decision === one ? null : one, note.trim())}
            data-testid={`decide-${one}`}
          >
            {text(`review.${one}`)}
          </Button>
        ))}
      </span>
      {decision !== null && (
        <TextInput
          size="xs"
          aria-label={text('review.note')}
          placeholder={text('review.note')}
          value={note}
          maxLength={REVIEW_NOTE_MAX}
          onChange={(event) => setNote(event.currentTarget.value)}
          onBlur={() => {
            if (note.trim() !== owner.note) onDecide(decision, note.trim())
          }}
          data-testid="note"
        />
      )}
    </fieldset>
  )
}
