import { Skeleton } from '@mantine/core'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { OpenAevXtmOne } from '#shared/contract/registration.ts'
import type { ConsoleClient } from '../../client.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { problemOf } from '../../i18n/problem-of.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignWords } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'

/** All that an OpenAEV tells of XTM One: whether it is set up, and where (opencti-api.md §6.4). */
export function XtmOneFacts({ client, connectionId }: { client: ConsoleClient; connectionId: string }) {
  const text = useText()
  const { found, problem, busy, read } = useXtmOne(client, connectionId)
  const again = (
    <BusyButton variant="default" size="compact-sm" busy={busy} onClick={read} data-testid="read-again">
      <T id="common.read-again" />
    </BusyButton>
  )
  return (
    <Section title={text('nav.xtm-one')} aside={again}>
      {problem !== null && <ProblemNotice problem={problem} tone={found === null ? 'danger' : 'warning'} />}
      {found === null && problem === null && <Skeleton height={48} radius="xs" aria-busy="true" />}
      {found !== null && (
        <Facts
          facts={[
            {
              key: 'configured',
              name: text('openaev.xtm-one-set-up'),
              value:
                found.configured === null ? (
                  text('openaev.not-told')
                ) : (
                  <StateMark tone={found.configured ? 'good' : 'neutral'}>
                    <T id={found.configured ? 'composer.yes' : 'composer.no'} />
                  </StateMark>
                ),
            },
            {
              key: 'url',
              name: text('connection.address'),
              value: found.url === null ? text('openaev.not-told') : <ForeignWords>{found.url}</ForeignWords>,
            },
            { key: 'read', name: text('openaev.read'), value: <Age at={found.readAt} /> },
          ]}
        />
      )}
    </Section>
  )
}

function useXtmOne(client: ConsoleClient, connectionId: string) {
  const [found, setFound] = useState<OpenAevXtmOne | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(true)
  /** An answer counts only for the question that was asked last. */
  const asked = useRef(0)
  const read = useCallback(() => {
    asked.current += 1
    const mine = asked.current
    setBusy(true)
    client.registration
      .openAev({ connectionId })
      .then(
        (answer) => () => {
          setFound(answer)
          setProblem(null)
        },
        (error: unknown) => () => setProblem(problemOf(error)),
      )
      .then((apply) => {
        if (mine !== asked.current) return
        apply()
        setBusy(false)
      })
  }, [client, connectionId])
  useEffect(() => {
    read()
    return () => {
      asked.current += 1
    }
  }, [read])
  return { found, problem, busy, read }
}
