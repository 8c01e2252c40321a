import { useIntl } from 'react-intl'
import type { Attempt } from '#shared/contract/registration.ts'
import { useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './registration.module.css'

/** The last runs of the manager, each with what kind of failure it was. */
export function AttemptsSection({ attempts }: { attempts: readonly Attempt[] }) {
  const text = useText()
  const intl = useIntl()
  return (
    <Section title={text('xtm-one.attempts')}>
      {attempts.length === 0 ? (
        <p className={classes.note}>{text('xtm-one.attempts-none')}</p>
      ) : (
        <table className={classes.table}>
          <caption className={classes.hidden}>{text('xtm-one.attempts')}</caption>
          <thead>
            <tr>
              {(['when', 'outcome', 'http', 'tries', 'took'] as const).map((column) => (
                <th key={column} scope="col">
                  {text(`xtm-one.attempts.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {attempts.map(({ startedAt, endedAt, outcome, httpStatus, tries, trigger, detail }) => (
              <tr key={startedAt}>
                <td>
                  <RelativeTime at={startedAt} />
                  {trigger === 'request' && (
                    <span className={classes.dimmed}> · {text('xtm-one.by-request')}</span>
                  )}
                </td>
                <td>
                  <StateMark tone={outcome === 'registered' ? 'good' : 'danger'}>
                    {text(`xtm-one.outcome.${outcome}`)}
                  </StateMark>
                  {detail !== null && (
                    <div className={classes.detail}>
                      <ForeignText dimmed>{detail}</ForeignText>
                    </div>
                  )}
                </td>
                <td>{httpStatus ?? '–'}</td>
                <td>{tries}</td>
                <td>
                  {intl.formatNumber((endedAt - startedAt) / 1_000, {
                    style: 'unit',
                    unit: 'second',
                    unitDisplay: 'narrow',
                    maximumFractionDigits: 1,
                  })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}
