import type { PayloadPreview } from '#shared/contract/registration.ts'
import { T, useText } from '../../i18n/text.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import classes from './registration.module.css'

/** What the next beat carries, with the dots that the platform put in the place of secrets. */
export function PreviewSection({ preview: { fields, intents, credentials } }: { preview: PayloadPreview }) {
  const text = useText()
  return (
    <Section title={text('xtm-one.preview')}>
      <p className={classes.note}>{text('xtm-one.preview-hint')}</p>
      <dl className={classes.payload}>
        {fields.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <ForeignText>{value}</ForeignText>
            </dd>
          </div>
        ))}
        <div>
          <dt>intents</dt>
          <dd>{text('xtm-one.intents', { count: intents.length })}</dd>
        </div>
      </dl>
      {credentials && (
        <Notice tone="warning" title={text('xtm-one.credentials')} testId="preview-credentials">
          <p>
            <T id={`xtm-one.credentials.admin-${credentials.adminKey}`} />
          </p>
          <p>
            <T id="xtm-one.credentials.users" values={{ count: credentials.userCount }} />
          </p>
          <ul className={classes.list}>
            {credentials.users.map(({ email, keySent }) => (
              <li key={email}>
                <ForeignText>{email}</ForeignText>{' '}
                <span className={classes.dimmed}>
                  {text(keySent ? 'xtm-one.credentials.key' : 'xtm-one.credentials.no-key')}
                </span>
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </Section>
  )
}
