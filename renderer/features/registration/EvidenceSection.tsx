import type { ReactNode } from 'react'
import type { Fact, Registration } from '#shared/contract/registration.ts'
import { useText } from '../../i18n/text.tsx'
import { Age, useDateText } from '../../i18n/time.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import classes from './registration.module.css'

/** Everything that was read, each fact with its source and its age. */
export function EvidenceSection({ registration }: { registration: Registration }) {
  const text = useText()
  const dateText = useDateText()
  const mark = (tone: Tone, id: Parameters<typeof text>[0]) => <StateMark tone={tone}>{text(id)}</StateMark>
  return (
    <Section title={text('xtm-one.evidence')}>
      <p className={classes.note}>{text('xtm-one.evidence-hint')}</p>
      <table className={classes.table}>
        <caption className={classes.hidden}>{text('xtm-one.evidence')}</caption>
        <thead>
          <tr>
            {(['fact', 'value', 'source', 'age'] as const).map((column) => (
              <th key={column} scope="col">
                {text(`xtm-one.evidence.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Row name={text('xtm-one.fact.module')} fact={registration.module}>
            {({ enabled, running, warning }) =>
              warning
                ? mark('warning', 'xtm-one.module.warning')
                : mark(
                    enabled ? 'good' : 'neutral',
                    running ? 'xtm-one.module.running' : enabled ? 'xtm-one.module.on' : 'xtm-one.module.off',
                  )
            }
          </Row>
          <Row name={text('xtm-one.fact.enterprise')} fact={registration.enterprise}>
            {({ enabled, validated, expired, expiresAt, licenceSource, type }) => (
              <>
                {expired
                  ? mark('danger', 'xtm-one.enterprise.expired')
                  : mark(
                      validated ? 'good' : 'neutral',
                      validated
                        ? 'xtm-one.enterprise.valid'
                        : enabled
                          ? 'xtm-one.enterprise.invalid'
                          : 'xtm-one.enterprise.none',
                    )}
                <div className={classes.detail}>
                  {type !== null && <ForeignText dimmed>{type}</ForeignText>}{' '}
                  {licenceSource !== null && <ForeignText dimmed>{licenceSource}</ForeignText>}{' '}
                  {expiresAt !== null && text('xtm-one.licence.until', { date: dateText(expiresAt) })}
                </div>
              </>
            )}
          </Row>
          <Row name={text('xtm-one.fact.chatbot')} fact={registration.chatbot}>
            {({ configured, xtmOneUrl }) => (
              <>
                {mark(
                  configured ? 'good' : 'neutral',
                  configured ? 'xtm-one.chatbot.configured' : 'xtm-one.chatbot.not-configured',
                )}
                {xtmOneUrl !== null && (
                  <div className={classes.detail}>
                    <ForeignText dimmed>{xtmOneUrl}</ForeignText>
                  </div>
                )}
              </>
            )}
          </Row>
          <Row name={text('xtm-one.fact.health')} fact={registration.health}>
            {({ healthy, version, latencyMs }) => (
              <>
                {mark(healthy ? 'good' : 'danger', healthy ? 'xtm-one.health.good' : 'xtm-one.health.bad')}
                <div className={classes.detail}>
                  {version !== null && <ForeignText dimmed>{version}</ForeignText>}{' '}
                  {text('connection.latency', { ms: Math.round(latencyMs) })}
                </div>
              </>
            )}
          </Row>
          <Row name={text('xtm-one.fact.keys')} fact={registration.keys}>
            {({ keyIds, issuer }) => (
              <>
                {text('xtm-one.keys', { count: keyIds.length })}
                {issuer !== null && (
                  <div className={classes.detail}>
                    <ForeignText dimmed>{issuer}</ForeignText>
                  </div>
                )}
              </>
            )}
          </Row>
        </tbody>
      </table>
    </Section>
  )
}

function Row<Value>({
  name,
  fact: { source, known },
  children,
}: {
  name: string
  fact: Fact<Value>
  children: (value: Value) => ReactNode
}) {
  const text = useText()
  const age =
    known.state === 'failed' ? known.last?.readAt : known.state === 'unread' ? undefined : known.readAt
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        {known.state === 'reported' && children(known.value)}
        {known.state === 'unread' && <StateMark tone="busy">{text('xtm-one.unread')}</StateMark>}
        {known.state === 'not-reported' && (
          <span className={classes.dimmed}>{text('xtm-one.not-reported')}</span>
        )}
        {known.state === 'failed' && (
          <>
            {known.last && children(known.last.value)}
            <StateMark tone="warning">{text(`problem.${known.problem.code}.what`)}</StateMark>
          </>
        )}
      </td>
      <td className={classes.dimmed}>{text(`xtm-one.source.${source}`)}</td>
      <td className={classes.dimmed}>{age === undefined ? '–' : <Age at={age} />}</td>
    </tr>
  )
}
