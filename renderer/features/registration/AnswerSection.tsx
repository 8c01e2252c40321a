import type { RegistrationAnswer } from '#shared/contract/registration.ts'
import { useText } from '../../i18n/text.tsx'
import { Age, useDateText } from '../../i18n/time.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './registration.module.css'

/** What XTM One answered last (X-03). It says so; nothing here is proven by it. */
export function AnswerSection({ answer }: { answer: RegistrationAnswer }) {
  const text = useText()
  const dateText = useDateText()
  const { licence, intents } = answer
  const told = (value: string | null) =>
    value === null ? (
      <span className={classes.dimmed}>{text('xtm-one.not-told')}</span>
    ) : (
      <ForeignText>{value}</ForeignText>
    )
  return (
    <Section title={text('xtm-one.answer')} count={<Age at={answer.receivedAt} />}>
      <Facts
        facts={[
          { key: 'status', name: text('xtm-one.answer.status'), value: told(answer.status) },
          { key: 'version', name: text('xtm-one.answer.version'), value: told(answer.version) },
          {
            key: 'ee',
            name: text('xtm-one.answer.enterprise'),
            value:
              answer.eeEnabled === null
                ? told(null)
                : `${text(answer.eeEnabled ? 'xtm-one.yes' : 'xtm-one.no')}${answer.eeSources.length > 0 ? ` (${answer.eeSources.join(', ')})` : ''}`,
          },
          {
            key: 'integrations',
            name: text('xtm-one.answer.integrations'),
            value: answer.userIntegrations === null ? told(null) : String(answer.userIntegrations),
          },
          {
            key: 'chat',
            name: text('xtm-one.answer.chat-token'),
            value: text(
              answer.chatTokenGiven ? 'xtm-one.answer.chat-token-given' : 'xtm-one.answer.chat-token-none',
            ),
          },
          ...(licence
            ? [
                {
                  key: 'licence',
                  name: text('xtm-one.answer.licence'),
                  value: (
                    <>
                      <StateMark tone={licence.usable ? 'good' : 'danger'}>
                        {text(licence.usable ? 'xtm-one.licence.usable' : 'xtm-one.licence.unusable')}
                      </StateMark>{' '}
                      {licence.type !== null && <ForeignText>{licence.type}</ForeignText>}{' '}
                      {licence.expiresAt !== null &&
                        text('xtm-one.licence.until', { date: dateText(licence.expiresAt) })}
                      {licence.problem !== null && (
                        <div className={classes.detail}>
                          <ForeignText dimmed>{licence.problem}</ForeignText>
                        </div>
                      )}
                    </>
                  ),
                },
              ]
            : []),
        ]}
      />
      {intents.length > 0 && (
        <details className={classes.more}>
          <summary>{text('xtm-one.intents', { count: intents.length })}</summary>
          <ul className={classes.list}>
            {intents.map(({ name, agents }) => (
              <li key={name}>
                <code>
                  <ForeignText>{name}</ForeignText>
                </code>{' '}
                <span className={classes.dimmed}>
                  <ForeignText>{agents.map((agent) => agent.name).join(', ')}</ForeignText>
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  )
}
