import { useText } from '../../i18n/text.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useRegistration } from './context.tsx'
import { DayStrip } from './DayStrip.tsx'
import { EnterpriseCountdown, Times } from './Headline.tsx'
import { STANDING_TONES, standingOf } from './standing.ts'

/** The registration in a few lines, for the overview: its state, when it beats next, its day and what hangs on it. */
export function RegistrationFacts() {
  const text = useText()
  const registration = useRegistration((state) => state.registration)
  const day = useRegistration((state) => state.day)
  const standing = standingOf(registration)
  return (
    <>
      <div data-testid={`overview-standing-${standing}`}>
        <StateMark tone={STANDING_TONES[standing]}>{text(`xtm-one.standing.${standing}`)}</StateMark>
        {registration && <Times registration={registration} />}
      </div>
      {day?.reported && <DayStrip points={day.points} />}
      {registration?.enterpriseLossAt != null && standing !== 'fresh' && (
        <EnterpriseCountdown at={registration.enterpriseLossAt} standing={standing} />
      )}
    </>
  )
}
