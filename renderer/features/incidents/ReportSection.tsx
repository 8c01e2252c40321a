import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Incident } from '#shared/contract/incidents.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { problemOf } from '../../i18n/problem-of.ts'
import { useText } from '../../i18n/text.tsx'
import { Section } from '../../ui/Section.tsx'
import { saveText } from '../../ui/save-text.ts'
import { useIncidentsEnvironment } from './context.tsx'
import classes from './incidents.module.css'

/** What can be kept and handed on: the signed report, a page to read, the results, and the key that verifies. */
export function ReportSection({ incident }: { incident: Incident }) {
  const text = useText()
  const { client } = useIncidentsEnvironment()
  const [problem, setProblem] = useState<Problem | null>(null)
  const { id, phase, proof } = incident

  async function save(
    fetch: () => Promise<{ name: string; mediaType: string; text: string }>,
  ): Promise<void> {
    setProblem(null)
    try {
      const file = await fetch()
      saveText(file.name, file.text, file.mediaType)
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  const button = (testId: string, label: string, fetch: Parameters<typeof save>[0]) => (
    <Button variant="default" onClick={() => void save(fetch)} data-testid={testId}>
      {label}
    </Button>
  )

  return (
    <Section title={text('report.title')}>
      <p className={classes.dimmed}>
        {text(phase === 'done' && proof.rescanDone ? 'report.whole' : 'report.so-far')}
      </p>
      <div className={classes.buttons}>
        {button('save-report', text('report.json'), () => client.incidents.report({ id, format: 'json' }))}
        {button('save-report-html', text('report.html'), () =>
          client.incidents.report({ id, format: 'html' }),
        )}
        {button('save-results', text('report.csv'), () => client.incidents.results({ id, format: 'csv' }))}
        {button('save-results-json', text('report.results-json'), () =>
          client.incidents.results({ id, format: 'json' }),
        )}
        {button('save-key', text('report.key'), () => client.incidents.reportKey())}
      </div>
      <p className={classes.dimmed}>{text('report.verify')}</p>
      <code className={classes.command}>npm run verify-report -- FILE --key PUBLICKEYFILE</code>
      {problem && <ProblemNotice problem={problem} />}
    </Section>
  )
}
