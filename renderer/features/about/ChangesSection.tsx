import changelog from '../../../docs/CHANGELOG.md?raw'
import { useText } from '../../i18n/text.tsx'
import { Section } from '../../ui/Section.tsx'
import classes from './about.module.css'
import { changesOf } from './changes.ts'

const CHANGES = changesOf(changelog)

/** The list of changes, which is kept in English. */
export function ChangesSection() {
  const text = useText()
  return (
    <Section title={text('about.changes')}>
      <div className={classes.changes} lang="en" data-testid="changes">
        {CHANGES.map(({ version, parts }) => (
          <div key={version}>
            <h3>{version}</h3>
            {parts.map(({ title, points }) => (
              <div key={title}>
                {title !== null && <h4>{title}</h4>}
                <ul>
                  {points.map((point) => (
                    <li key={point}>{point}</li>
                  ))}
                </ul>
              </div>
            ))}
          </div>
        ))}
      </div>
    </Section>
  )
}
