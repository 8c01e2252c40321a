import { Button } from '@mantine/core'
import { useState } from 'react'
import { useIntl } from 'react-intl'
import type { RegistrationDay } from '#shared/contract/registration.ts'
import { REGISTRATION_STATES, type RegistrationState } from '#shared/domain/registration.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { PointSwatch } from '../../ui/PointStrip.tsx'
import { Section } from '../../ui/Section.tsx'
import { useRegistration } from './context.tsx'
import { DayStrip, STATE_LOOKS } from './DayStrip.tsx'
import classes from './registration.module.css'

/** The last 24 hours as 288 points, and the same as a table for who would rather read. */
export function DaySection() {
  const text = useText()
  const day = useRegistration((state) => state.day)
  const problem = useRegistration((state) => state.dayProblem)
  const [asTable, setAsTable] = useState(false)
  return (
    <Section
      title={text('xtm-one.day')}
      aside={
        day?.reported && (
          <Button
            variant="subtle"
            size="compact-sm"
            aria-expanded={asTable}
            onClick={() => setAsTable((before) => !before)}
            data-testid="day-table"
          >
            <T id={asTable ? 'xtm-one.day-hide-table' : 'xtm-one.day-show-table'} />
          </Button>
        )
      }
    >
      {problem && <ProblemNotice problem={problem} testId="day-problem" />}
      {day && !day.reported && <p className={classes.note}>{text('xtm-one.day-not-reported')}</p>}
      {day?.reported && (
        <>
          <DayStrip points={day.points} />
          <Legend points={day.points} />
          {asTable && <DayTable points={day.points} />}
        </>
      )}
    </Section>
  )
}

type Points = RegistrationDay['points']

/** Each state that occurs, with its share of the points that were observed. */
function Legend({ points }: { points: Points }) {
  const text = useText()
  const intl = useIntl()
  const counts = new Map<RegistrationState, number>()
  for (const { state } of points) counts.set(state, (counts.get(state) ?? 0) + 1)
  return (
    <ul className={classes.legend}>
      {REGISTRATION_STATES.filter((state) => counts.has(state)).map((state) => (
        <li key={state}>
          <PointSwatch look={STATE_LOOKS[state]} />
          {text(`xtm-one.point.${state}`)}
          <span className={classes.dimmed}>
            {intl.formatNumber((counts.get(state) ?? 0) / points.length, {
              style: 'percent',
              maximumFractionDigits: 1,
            })}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Points of one state that follow each other are one row, the newest first. */
function DayTable({ points }: { points: Points }) {
  const text = useText()
  const intl = useIntl()
  const time = (at: number): string => intl.formatTime(at, { hour: '2-digit', minute: '2-digit' })
  return (
    <table className={classes.table}>
      <caption className={classes.hidden}>{text('xtm-one.day')}</caption>
      <thead>
        <tr>
          {(['from', 'to', 'state', 'attempts', 'failures'] as const).map((column) => (
            <th key={column} scope="col">
              {text(`xtm-one.day.column.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runsOf(points).map(({ from, to, state, attempts, failures }) => (
          <tr key={from}>
            <td>{time(from)}</td>
            <td>{time(to)}</td>
            <td>{text(`xtm-one.point.${state}`)}</td>
            <td>{attempts}</td>
            <td>{failures}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Newest first. */
export function runsOf(points: Points): Points {
  const runs: Points = []
  for (const point of points) {
    const last = runs.at(-1)
    if (last?.state === point.state) {
      last.to = point.to
      last.attempts += point.attempts
      last.failures += point.failures
    } else runs.push({ ...point })
  }
  return runs.reverse()
}
