import type { Person } from '#shared/contract/activity.ts'
import { T } from '../../i18n/text.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './activity.module.css'
import type { Entry } from './merge.ts'
import { actionWords, OUTCOME_TONES, outcomeOf } from './words.ts'

/** What happened: in our words with the thing's name, or in the platform's words. */
export function What({ entry }: { entry: Entry }) {
  if (entry.source === 'platform')
    return entry.message === '' ? (
      <ForeignText>{`${entry.type} ${entry.scope}`}</ForeignText>
    ) : (
      <ForeignText>{entry.message}</ForeignText>
    )
  if (entry.action === null)
    return (
      <span className={classes.words}>
        <T id="activity.unreadable" />
      </span>
    )
  const words = actionWords(entry.action)
  return (
    <span className={classes.what}>
      <span className={classes.words}>
        {words === null ? <ForeignText>{entry.action}</ForeignText> : <T id={words} />}
      </span>
      {entry.object !== null && (
        <strong className={classes.object}>
          <ForeignText>{entry.object}</ForeignText>
        </strong>
      )}
      {entry.lastFour !== null && <span className={classes.ending}>…{entry.lastFour}</span>}
    </span>
  )
}

/** Null: nobody is named there. */
export function Who({ person }: { person: Person | null }) {
  return person === null ? <T id="activity.nobody" /> : <ForeignText>{person.name}</ForeignText>
}

export function OutcomeMark({ entry }: { entry: Entry }) {
  const outcome = outcomeOf(entry)
  return (
    <StateMark tone={OUTCOME_TONES[outcome]}>
      <T id={`activity.outcome.${outcome}`} />
    </StateMark>
  )
}
