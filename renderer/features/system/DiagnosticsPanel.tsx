import { Button } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import { useIntl } from 'react-intl'
import type { Problem } from '#shared/contract/problem.ts'
import type { AuthFailures } from '#shared/contract/system.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { useSystemStore } from './context.tsx'
import classes from './system.module.css'

const MOST_SHOWN = 50
const REASONS = [
  'malformed',
  'unknown',
  'revoked',
  'expired',
  'account',
  'no-api-access',
  'password',
  'code',
] as const

type Read =
  | { readonly phase: 'reading' }
  | { readonly phase: 'failed'; readonly problem: Problem }
  | { readonly phase: 'read'; readonly failures: AuthFailures | null }

/** Who was refused at the platform of the active connection, by source (P-08). */
export function DiagnosticsPanel({ connection }: { connection: { id: string; name: string } }) {
  const text = useText()
  const { actions } = useSystemStore()
  const [read, setRead] = useState<Read>({ phase: 'reading' })

  const readAgain = useCallback(async (): Promise<Read> => {
    const answer = await actions.authFailures(connection.id, MOST_SHOWN)
    return answer.problem
      ? { phase: 'failed', problem: answer.problem }
      : { phase: 'read', failures: answer.value }
  }, [actions, connection.id])

  useEffect(() => {
    let here = true
    void readAgain().then((now) => here && setRead(now))
    return () => {
      here = false
    }
  }, [readAgain])

  return (
    <Section title={text('diagnostics.refused')}>
      <div className={classes.stack}>
        {read.phase === 'reading' && <p role="status">{text('connection.waiting')}</p>}
        {read.phase === 'failed' && <ProblemNotice problem={read.problem} />}
        {read.phase === 'read' && read.failures === null && (
          <p>{text('diagnostics.not-counted', { name: connection.name })}</p>
        )}
        {read.phase === 'read' && read.failures !== null && (
          <Failures failures={read.failures} name={connection.name} />
        )}
        <Button
          variant="default"
          onClick={() => {
            setRead({ phase: 'reading' })
            void readAgain().then(setRead)
          }}
          data-testid="diagnostics-read"
        >
          <T id="diagnostics.read-again" />
        </Button>
      </div>
    </Section>
  )
}

function Failures({ failures, name }: { failures: AuthFailures; name: string }) {
  const text = useText()
  const intl = useIntl()
  const { total, sources, since, list } = failures
  return (
    <>
      <p>
        <T
          id="diagnostics.counted"
          values={{ name, count: total, since: <RelativeTime key="since" at={since} /> }}
        />
      </p>
      {list.length > 0 && (
        <table className={classes.table}>
          <caption className={classes.hidden}>{text('diagnostics.refused')}</caption>
          <thead>
            <tr>
              {(['source', 'count', 'why', 'last'] as const).map((column) => (
                <th key={column} scope="col">
                  {text(`diagnostics.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {list.map((source) => (
              <tr key={source.ip ?? ''} data-testid="refused-source">
                <td>
                  {source.ip === null ? (
                    text('diagnostics.no-address')
                  ) : (
                    <ForeignText>{source.ip}</ForeignText>
                  )}
                  {source.userAgent !== null && (
                    <div>
                      <ForeignText dimmed>{source.userAgent}</ForeignText>
                    </div>
                  )}
                </td>
                <td>{intl.formatNumber(source.failures)}</td>
                <td>
                  {source.reasons.map(({ reason, failures: count }) => {
                    const known = REASONS.find((one) => one === reason)
                    return (
                      <div key={reason}>
                        {known ? text(`diagnostics.reason.${known}`) : <ForeignText>{reason}</ForeignText>}
                        {source.reasons.length > 1 && ` · ${intl.formatNumber(count)}`}
                      </div>
                    )
                  })}
                </td>
                <td>
                  <RelativeTime at={source.lastAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {sources > list.length && <p>{text('diagnostics.more', { count: sources - list.length })}</p>}
    </>
  )
}
