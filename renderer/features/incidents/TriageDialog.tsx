import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { Triage } from '#shared/contract/triage.ts'
import { findLeaks, LEAKS_MAX } from '#shared/domain/leak.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { problemOf } from '../../i18n/problem-of.ts'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useIncidentsActions, useIncidentsEnvironment } from './context.tsx'
import classes from './incidents.module.css'
import type { LeakPlace } from './LeakItem.tsx'
import { LeakPatterns } from './LeakPatterns.tsx'
import { LeakSource } from './LeakSource.tsx'
import { TriageAnswer } from './TriageAnswer.tsx'
import { useLeakRevocation } from './use-leak-revocation.ts'

/** SECURITY: what the page keeps of a text: where its tokens stand, never the tokens. */
type Step =
  | { name: 'text'; none: boolean }
  | { name: 'asking'; count: number }
  | { name: 'answer'; triage: Triage; places: readonly LeakPlace[]; left: number }

const FIRST: Step = { name: 'text', none: false }

/** T-19: somebody found a token. Whose is it, does it still open anything, and shut it. */
export default function TriageDialog() {
  const text = useText()
  const { client, connection } = useIncidentsEnvironment()
  const { closeTriage } = useIncidentsActions()
  const [step, setStep] = useState<Step>(FIRST)
  const [problem, setProblem] = useState<Problem | null>(null)
  const triage = step.name === 'answer' ? step.triage : null
  const revocation = useLeakRevocation(triage)
  const forget = useForgetting(triage?.id ?? null)

  /** The text, which nothing holds on to. */
  async function look(source: string): Promise<void> {
    const found = findLeaks(source)
    const asked = found.slice(0, LEAKS_MAX)
    setProblem(null)
    if (asked.length === 0) return setStep({ name: 'text', none: true })
    setStep({ name: 'asking', count: asked.length })
    try {
      const values = asked.map(({ value }) => value)
      const answer = await client.triage.identify({ connectionId: connection.id, values })
      if (forget.isClosed()) return void client.triage.forget({ id: answer.id }).catch(() => {})
      const places = asked.map(({ line, times }) => ({ line, times }))
      setStep({ name: 'answer', triage: answer, places, left: found.length - asked.length })
    } catch (error) {
      setProblem(problemOf(error))
      setStep(FIRST)
    }
  }

  function another(): void {
    revocation.reset()
    setStep(FIRST)
  }

  return (
    <Dialog
      name="triage"
      size={720}
      title={text('triage.title')}
      closeLabel={text('common.close')}
      onClose={closeTriage}
      dismissible={!revocation.busy}
      footer={
        step.name === 'answer' ? (
          <>
            <Button variant="default" onClick={another} disabled={revocation.busy} data-testid="another-text">
              <T id="triage.another" />
            </Button>
            <Button
              variant="default"
              onClick={closeTriage}
              disabled={revocation.busy}
              autoFocus
              data-testid="close-triage"
            >
              <T id="common.close" />
            </Button>
            {revocation.isPossible && (
              <BusyButton
                color="red"
                busy={revocation.busy}
                disabled={revocation.tokens === 0 || revocation.isTooLong}
                leftSection={<Icon name="trash" />}
                onClick={() => void revocation.revoke()}
                data-testid="revoke-leaks"
              >
                {text('bulk.submit', { count: revocation.tokens })}
              </BusyButton>
            )}
          </>
        ) : (
          <>
            <Button variant="default" onClick={closeTriage} data-testid="cancel">
              <T id="common.cancel" />
            </Button>
            <BusyButton type="submit" form="leak-source" busy={step.name === 'asking'} data-testid="look-up">
              <T id="triage.look" />
            </BusyButton>
          </>
        )
      }
    >
      {step.name === 'answer' ? (
        <TriageAnswer {...step} revocation={revocation} />
      ) : (
        <>
          <p>
            <T id="triage.lead" values={{ name: <bdi>{connection.name}</bdi> }} />
          </p>
          <LeakSource asking={step.name === 'asking'} onText={(source) => void look(source)} />
          {step.name === 'asking' && (
            <p role="status" aria-busy="true" className={classes.dimmed} data-testid="asking">
              {text('triage.asking', { count: step.count, name: connection.name })}
            </p>
          )}
          {step.name === 'text' && step.none && (
            <Notice tone="neutral" role="status" title={text('triage.none')} testId="no-leak">
              {text('triage.none-hint')}
            </Notice>
          )}
          {problem && <ProblemNotice problem={problem} />}
          <LeakPatterns />
        </>
      )}
    </Dialog>
  )
}

/** SECURITY: the core drops the values as soon as nobody looks at what was found out of them. */
function useForgetting(id: string | null): { isClosed: () => boolean } {
  const { client } = useIncidentsEnvironment()
  const closed = useRef(false)
  useEffect(() => {
    closed.current = false
    return () => {
      closed.current = true
    }
  }, [])
  useEffect(() => {
    if (id === null) return undefined
    return () => void client.triage.forget({ id }).catch(() => {})
  }, [client, id])
  return { isClosed: () => closed.current }
}
