import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Section } from '../../ui/Section.tsx'
import { AnswerSection } from './AnswerSection.tsx'
import { AttemptsSection } from './AttemptsSection.tsx'
import { ConfigurationSection } from './ConfigurationSection.tsx'
import { useLook, useRegistration, useRegistrationStore } from './context.tsx'
import { DaySection } from './DaySection.tsx'
import { EvidenceSection } from './EvidenceSection.tsx'
import { Headline } from './Headline.tsx'
import { PreviewSection } from './PreviewSection.tsx'
import classes from './registration.module.css'
import { recordOf } from './standing.ts'

/** The registration of the active connection with XTM One (X-07..X-09): state first, then the day, then why. */
export function XtmOneView() {
  const text = useText()
  const store = useRegistrationStore()
  useLook(store)
  const registration = useRegistration((state) => state.registration)
  const problem = useRegistration((state) => state.problem)
  const reading = useRegistration((state) => state.reading)
  const record = registration && recordOf(registration)

  return (
    <div className={classes.view}>
      {problem && (
        <ProblemNotice
          problem={problem}
          actions={
            <BusyButton variant="default" busy={reading} onClick={() => void store.actions.refresh()}>
              <T id="common.try-again" />
            </BusyButton>
          }
        />
      )}
      <Headline registration={registration} />
      {registration && (
        <>
          <DaySection />
          <div className={classes.columns}>
            <div>
              {record && <AttemptsSection attempts={record.attempts} />}
              {record?.lastAnswer && <AnswerSection answer={record.lastAnswer} />}
              <EvidenceSection registration={registration} />
            </div>
            <div>
              {record && (
                <ConfigurationSection configuration={record.configuration} provisioned={record.provisioned} />
              )}
              {record?.preview && <PreviewSection preview={record.preview} />}
              {record === null && registration.record.known.state === 'not-reported' && (
                <Section title={text('xtm-one.not-shown')}>
                  <p className={classes.note}>{text('xtm-one.not-shown-hint')}</p>
                </Section>
              )}
            </div>
          </div>
        </>
      )}
    </div>
  )
}
