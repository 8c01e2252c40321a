import { Tooltip } from '@mantine/core'
import { useIntl } from 'react-intl'
import type { Registration } from '#shared/contract/registration.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age, relativeText, utcText } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useRegistration, useRegistrationStore } from './context.tsx'
import classes from './registration.module.css'
import { recordOf, STANDING_TONES, standingOf } from './standing.ts'

/** The state in a sentence, how old that is, and what can be done now. */
export function Headline({ registration }: { registration: Registration | null }) {
  const text = useText()
  const { actions } = useRegistrationStore()
  const registering = useRegistration((state) => state.registering)
  const reading = useRegistration((state) => state.reading)
  const registerProblem = useRegistration((state) => state.registerProblem)
  const standing = standingOf(registration)
  const bar = registration?.registerBar ?? 'unread'
  const isBarred = registration === null || registration.registerBar !== null
  return (
    <>
      <div className={classes.headline} data-testid={`standing-${standing}`}>
        <div className={classes.sentence}>
          <h2 className={classes.state}>
            <StateMark tone={STANDING_TONES[standing]}>{text(`xtm-one.standing.${standing}`)}</StateMark>
          </h2>
          {registration && <Times registration={registration} />}
          <p className={classes.note}>{text(`xtm-one.standing.${standing}.hint`)}</p>
        </div>
        <div className={classes.deeds}>
          <BusyButton
            variant="default"
            busy={reading}
            onClick={() => void actions.refresh()}
            data-testid="read-again"
          >
            <T id="common.read-again" />
          </BusyButton>
          <Tooltip
            label={text(`xtm-one.bar.${bar}`)}
            disabled={!isBarred}
            events={{ hover: true, focus: true, touch: true }}
          >
            <BusyButton
              busy={registering}
              // Stays focusable, so that the reason can be heard.
              data-disabled={isBarred || undefined}
              aria-disabled={isBarred || undefined}
              aria-describedby={isBarred ? 'register-bar' : undefined}
              onClick={() => {
                if (!isBarred) void actions.registerNow()
              }}
              data-testid="register-now"
            >
              <T id="xtm-one.register-now" />
            </BusyButton>
          </Tooltip>
          {isBarred && (
            <span id="register-bar" className={classes.hidden}>
              {text(`xtm-one.bar.${bar}`)}
            </span>
          )}
        </div>
      </div>
      {registerProblem && <ProblemNotice problem={registerProblem} testId="register-problem" />}
      {registration?.enterpriseLossAt != null && (
        <EnterpriseCountdown at={registration.enterpriseLossAt} standing={standing} />
      )}
    </>
  )
}

/** When it last succeeded, and when it is tried next. */
export function Times({ registration }: { registration: Registration }) {
  const intl = useIntl()
  const record = recordOf(registration)
  const next = record?.nextAttemptAt ?? null
  const last = record?.lastSuccessAt ?? null
  const due = useNow((now) => (next === null ? '' : relativeText(intl, Math.max(next, now), now)))
  const { known } = registration.record
  return (
    <p className={classes.times}>
      {last !== null && (
        <span>
          <T id="xtm-one.last-success" values={{ age: <Age at={last} /> }} />
        </span>
      )}
      {record?.running ? (
        <span>
          <T id="xtm-one.running" />
        </span>
      ) : (
        next !== null && (
          <span>
            <T
              id="xtm-one.next-attempt"
              values={{
                due: (
                  <time dateTime={new Date(next).toISOString()} title={utcText(next)}>
                    {due}
                  </time>
                ),
              }}
            />
          </span>
        )
      )}
      {'readAt' in known && (
        <span className={classes.dimmed}>
          <T id="xtm-one.read" values={{ age: <Age at={known.readAt} /> }} />
        </span>
      )}
    </p>
  )
}

/** what goes with the registration, and how long until then. Quiet while beats come in. */
export function EnterpriseCountdown({ at, standing }: { at: number; standing: string }) {
  const text = useText()
  const left = useNow((now) => Math.max(0, Math.ceil((at - now) / 1_000)))
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  if (left === 0)
    return (
      <Notice tone="danger" role="alert" testId="enterprise-lost" title={text('xtm-one.enterprise-lost')}>
        {text('xtm-one.enterprise-lost-hint')}
      </Notice>
    )
  const calm = standing === 'fresh'
  return (
    <Notice
      tone={calm ? 'neutral' : 'danger'}
      testId="enterprise-countdown"
      title={text(calm ? 'xtm-one.enterprise-hangs' : 'xtm-one.enterprise-countdown', { time })}
    >
      {text('xtm-one.enterprise-hint')}
    </Notice>
  )
}
