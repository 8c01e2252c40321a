import { SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useId } from 'react'
import { useIntl } from 'react-intl'
import type { Token } from '#shared/contract/tokens.ts'
import { REASON_MAX } from '#shared/domain/token.ts'
import { REMIND_DAYS, type RemindDays } from '#shared/domain/upkeep.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime, useDateText, useSpanText, utcText } from '../../i18n/time.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { LATER_CHOICES, type Later, msUntil } from './later.ts'
import { usePlanned } from './plans.ts'
import classes from './tokens.module.css'

/** T-17: when a token shall be revoked, and why. */
export function RevokeLaterFields({
  token,
  skewMs,
  later,
  onLater,
  reason,
  onReason,
}: {
  token: Token
  skewMs: number
  later: Later
  onLater: (later: Later) => void
  reason: string
  onReason: (reason: string) => void
}) {
  const text = useText()
  const spanText = useSpanText()
  const label = useId()
  const earlier = usePlanned().get(token.id)?.timer ?? null
  // To the minute: more would only flicker.
  const at = useNow((now) => {
    const ms = msUntil(later, now)
    return ms === null ? null : Math.round((now + ms) / 60_000) * 60_000
  })
  const endsFirst = at !== null && token.expiresAt !== null && token.expiresAt <= at + skewMs
  return (
    <>
      <div>
        <div id={label} className={classes.label}>
          <T id="plan.revoke.when" />
        </div>
        <SegmentedControl
          fullWidth
          data={[
            ...LATER_CHOICES.map((span) => ({ value: String(span), label: spanText(span) })),
            { value: '', label: text('plan.revoke.other') },
          ]}
          value={later.span === null ? '' : String(later.span)}
          onChange={(value) => onLater({ ...later, span: value === '' ? null : Number(value) })}
          aria-labelledby={label}
          data-testid="revoke-when"
        />
      </div>
      {later.span === null && (
        <TextInput
          type="datetime-local"
          label={text('plan.revoke.time')}
          value={later.typed}
          onChange={(event) => onLater({ span: null, typed: event.currentTarget.value })}
          error={later.typed !== '' && at === null ? text('plan.revoke.time-wrong') : null}
          className={classes.handOffChoice}
          data-testid="revoke-time"
        />
      )}
      <p className={classes.consequence} aria-live="polite">
        {at !== null && (
          <>
            <T id="plan.revoke.at" values={{ time: <Moment at={at} /> }} />{' '}
          </>
        )}
        {text('plan.revoke.console')}
      </p>
      {endsFirst && (
        <Notice tone="warning" title={text('plan.revoke.ends-first')} testId="ends-first">
          {text('plan.revoke.ends-first-hint')}
        </Notice>
      )}
      {earlier && (
        <Notice
          tone="neutral"
          title={<T id="plan.revoke.replaces" values={{ time: <Moment at={earlier.at - skewMs} /> }} />}
          testId="replaces"
        />
      )}
      <Textarea
        label={text('revoke.reason')}
        value={reason}
        onChange={(event) => onReason(event.currentTarget.value)}
        error={reason.trim().length > REASON_MAX ? text('revoke.reason-too-long', { max: REASON_MAX }) : null}
        classNames={{ input: classes.reason }}
        data-testid="reason"
      />
    </>
  )
}

/** "23 Sep 2026, 10:31" in the reader's time, UTC on hover. */
function Moment({ at }: { at: number }) {
  const intl = useIntl()
  return (
    <time dateTime={new Date(at).toISOString()} title={utcText(at)}>
      {intl.formatDate(at, { dateStyle: 'medium', timeStyle: 'short' })}
    </time>
  )
}

/** T-17: how long before its end somebody wants to be told. */
export function RemindFields({
  token: { expiresAt },
  skewMs,
  days,
  onDays,
}: {
  token: Token
  skewMs: number
  days: RemindDays
  onDays: (days: RemindDays) => void
}) {
  const text = useText()
  const dateText = useDateText()
  const label = useId()
  if (expiresAt === null)
    return (
      <p className={classes.paragraph} data-testid="never-ends">
        {text('plan.remind.never')}
      </p>
    )
  return (
    <>
      <div>
        <div id={label} className={classes.label}>
          <T id="plan.remind.before" />
        </div>
        <SegmentedControl
          fullWidth
          data={REMIND_DAYS.map((value) => ({
            value: String(value),
            label: text('generate.days', { days: value }),
          }))}
          value={String(days)}
          onChange={(value) => onDays(Number(value) as RemindDays)}
          aria-labelledby={label}
          data-testid="remind-days"
        />
      </div>
      <p className={classes.consequence}>
        {text('generate.expires', { date: dateText(expiresAt) })}{' '}
        <RelativeTime at={expiresAt} skewMs={skewMs} />
      </p>
      <p className={classes.dimmed}>{text('plan.remind.hint')}</p>
    </>
  )
}
