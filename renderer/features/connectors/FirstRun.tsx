import { Button } from '@mantine/core'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import classes from './connectors.module.css'
import { useConnectorsEnvironment, useIsOpenAev } from './context.tsx'
import type { ConnectorsStatus } from './store.ts'

/** No connector is run by a composer: what that would be, and the way there. */
export function FirstRun({ status }: { status: ConnectorsStatus }) {
  const text = useText()
  const { onComposer } = useConnectorsEnvironment()
  const isOpenAev = useIsOpenAev()
  if (status.knowsManaged === false) {
    return (
      <EmptyState title={text('connectors.old')} testId="old-platform">
        {text('connectors.old-hint')}
      </EmptyState>
    )
  }
  const hasManager = (status.managers?.length ?? 0) > 0 || status.composerReachable === true
  return (
    <EmptyState
      title={text(isOpenAev ? 'openaev.first' : 'connectors.first')}
      testId="first-run"
      action={
        <>
          {!hasManager && <OneClick />}
          <Button variant="default" onClick={onComposer} data-testid="set-up-composer">
            <T id="connectors.set-up" />
          </Button>
        </>
      }
    >
      <p className={classes.plain}>{text('connectors.first-what')}</p>
      <ol className={classes.steps}>
        <li>
          {text(hasManager ? 'connectors.first-has-manager' : 'connectors.first-run-it')}
          {!hasManager && <code className={classes.mono}>npm run composer -- --config composer.yaml</code>}
        </li>
        <li>{text('connectors.first-add')}</li>
        <li>{text('connectors.first-start')}</li>
      </ol>
    </EmptyState>
  )
}

/** The embedded platform and a Docker Engine on this machine: nothing else has to be known. */
function OneClick() {
  const { composer, connection } = useConnectorsEnvironment()
  const view = useStore(composer, (state) => state.view)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const docker = view?.docker.find(({ state }) => state === 'ready')
  if (!connection.embedded || view === null || view.settings.enabled || docker === undefined) return null
  async function run(): Promise<void> {
    setBusy(true)
    const change = { enabled: true, connectionId: connection.id, orchestrator: 'docker' } as const
    setProblem(await composer.actions.save(change))
    setBusy(false)
  }
  return (
    <>
      <BusyButton busy={busy} onClick={() => void run()} data-testid="run-on-docker">
        <T id="connectors.run-on-docker" />
      </BusyButton>
      {problem && <ProblemNotice problem={problem} />}
    </>
  )
}
