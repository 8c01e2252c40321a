import type { ReactNode } from 'react'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { useText } from '../../i18n/text.tsx'
import { useSettings } from './context.tsx'
import classes from './settings.module.css'

export interface SettingsSection {
  id: string
  label: string
  content: ReactNode
}

/** The sections by name at the left, the chosen one beside them. */
export function SettingsView({
  sections,
  section,
  onSection,
}: {
  sections: readonly SettingsSection[]
  section: string
  onSection: (id: string) => void
}) {
  const text = useText()
  const problem = useSettings((state) => state.problem)
  const shown = sections.find(({ id }) => id === section) ?? sections[0]
  return (
    <div className={classes.view}>
      <nav className={classes.sections} aria-label={text('settings.sections')}>
        {sections.map(({ id, label }) => (
          <button
            key={id}
            type="button"
            className={classes.link}
            aria-current={id === shown?.id ? 'page' : undefined}
            onClick={() => onSection(id)}
            data-testid={`section-${id}`}
          >
            {label}
          </button>
        ))}
      </nav>
      <div>
        {problem && (
          <div className={classes.problem}>
            <ProblemNotice problem={problem} />
          </div>
        )}
        {shown?.content}
      </div>
    </div>
  )
}
