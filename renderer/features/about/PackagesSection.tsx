import { Skeleton, TextInput } from '@mantine/core'
import { useCallback, useState } from 'react'
import type { ShippedPackage } from '#shared/contract/about.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { ConsoleClient } from '../../client.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { problemOf } from '../../i18n/problem-of.ts'
import { useText } from '../../i18n/text.tsx'
import { useAnswer } from '../../i18n/use-answer.ts'
import { Section } from '../../ui/Section.tsx'
import classes from './about.module.css'

/** Every package of others that ships, with its licence; the text of one when it is opened. */
export function PackagesSection({ client }: { client: ConsoleClient }) {
  const text = useText()
  const { answer: packages, problem } = useAnswer(useCallback(() => client.about.packages(), [client]))
  const [search, setSearch] = useState('')

  const wanted = search.trim().toLowerCase()
  const shown = (packages ?? []).filter(({ name, licence }) =>
    `${name} ${licence}`.toLowerCase().includes(wanted),
  )
  return (
    <Section
      title={text('about.packages')}
      count={packages === null ? undefined : text('common.count', { count: packages.length })}
    >
      <div className={classes.stack}>
        <p>{text('about.packages-what')}</p>
        {problem && <ProblemNotice problem={problem} />}
        {!problem && packages === null && <Skeleton height={120} radius="xs" aria-busy="true" />}
        {packages?.length === 0 && <p data-testid="no-packages">{text('about.packages-none')}</p>}
        {packages !== null && packages.length > 0 && (
          <>
            <TextInput
              aria-label={text('about.find')}
              placeholder={text('about.find')}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              data-testid="find-package"
            />
            {shown.length === 0 ? (
              <p role="status">{text('common.no-match', { search })}</p>
            ) : (
              <div className={classes.packages} data-testid="packages">
                {shown.map((one) => (
                  <Package key={`${one.name}@${one.version}`} client={client} shipped={one} />
                ))}
              </div>
            )}
          </>
        )}
      </div>
    </Section>
  )
}

function Package({ client, shipped }: { client: ConsoleClient; shipped: ShippedPackage }) {
  const text = useText()
  const { name, version, licence, hasText } = shipped
  const [terms, setTerms] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)

  function read(): void {
    if (!hasText || terms !== null) return
    setProblem(null)
    client.about.licence({ name, version }).then(setTerms, (error: unknown) => setProblem(problemOf(error)))
  }

  return (
    <details className={classes.package} onToggle={({ currentTarget }) => currentTarget.open && read()}>
      <summary>
        <span className={classes.name} translate="no">
          {name} <span className={classes.version}>{version}</span>
        </span>
        <span className={classes.licence} translate="no">
          {licence}
        </span>
      </summary>
      {problem && <ProblemNotice problem={problem} />}
      {hasText ? (
        <div className={classes.terms} lang="en" translate="no">
          {terms ?? '…'}
        </div>
      ) : (
        <p className={classes.note}>{text('about.no-text')}</p>
      )}
    </details>
  )
}
