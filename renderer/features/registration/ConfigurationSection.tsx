import type { RegistrationConfiguration, RegistrationRecord } from '#shared/contract/registration.ts'
import { useText } from '../../i18n/text.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './registration.module.css'

/** The configuration check: what is set, and what is wrong, by the name of its key and never by its value. */
export function ConfigurationSection({
  configuration,
  provisioned,
}: {
  configuration: RegistrationConfiguration
  provisioned: RegistrationRecord['provisioned']
}) {
  const text = useText()
  return (
    <Section title={text('xtm-one.configuration')}>
      {configuration.state === 'active' && (
        <Facts
          facts={[
            {
              key: 'url',
              name: text('xtm-one.configuration.address'),
              value: (
                <>
                  <ForeignText>{configuration.url}</ForeignText>
                  {configuration.standIn && (
                    <span className={classes.dimmed}> · {text('xtm-one.stand-in')}</span>
                  )}
                </>
              ),
            },
            {
              key: 'profile',
              name: text('xtm-one.configuration.profile'),
              value: (
                <>
                  {text(`xtm-one.profile.${configuration.profile}`)}
                  <div className={classes.dimmed}>
                    {text(`xtm-one.profile.${configuration.profile}.hint`)}
                  </div>
                </>
              ),
            },
            ...(provisioned
              ? [
                  {
                    key: 'provisioned',
                    name: text('xtm-one.provisioned'),
                    value: text('xtm-one.provisioned-of', {
                      ...provisioned,
                      // The record counts where each token stands; the sentence speaks of all that were begun.
                      intended: Object.values(provisioned).reduce((sum, each) => sum + each, 0),
                    }),
                  },
                ]
              : []),
          ]}
        />
      )}
      {configuration.state === 'off' && (
        <ul className={classes.list}>
          {configuration.missing.map((key) => (
            <li key={key}>
              <StateMark tone="neutral">{text('xtm-one.configuration.missing', { key })}</StateMark>
            </li>
          ))}
        </ul>
      )}
      {configuration.state === 'invalid' && (
        <ul className={classes.list}>
          {configuration.problems.map(({ key, code, message }) => (
            <li key={`${key}-${code}`}>
              <StateMark tone="danger">
                <code>{key}</code>
              </StateMark>
              <div className={classes.detail}>
                {code === 'other' ? (
                  <ForeignText>{message}</ForeignText>
                ) : (
                  text(`xtm-one.key-problem.${code}`)
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
