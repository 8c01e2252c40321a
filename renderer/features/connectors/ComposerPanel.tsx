import { Skeleton, Switch } from '@mantine/core'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { ComposerView } from '#shared/contract/composer.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Section } from '../../ui/Section.tsx'
import { ComposerForm } from './ComposerForm.tsx'
import { ComposerStateFacts, ComposerTrouble } from './ComposerState.tsx'
import type { ComposerStore, ConnectionChoice } from './composer-store.ts'
import classes from './connectors.module.css'

/** C-04: the composer that runs with the console. */
export function ComposerPanel({
  store,
  connections,
  managerIds,
}: {
  store: ComposerStore
  connections: readonly ConnectionChoice[]
  /** managers that the composer's platform knows, as far as it was read */
  managerIds: readonly string[]
}) {
  const text = useText()
  const view = useStore(store, (state) => state.view)
  if (view === null) {
    return (
      <Section title={text('settings.composer')}>
        <Skeleton height={80} radius="xs" aria-busy="true" />
      </Section>
    )
  }
  return (
    <>
      <Section title={text('settings.composer')}>
        <Running store={store} view={view} connections={connections} managerIds={managerIds} />
      </Section>
      <Section title={text('composer.settings')}>
        <ComposerForm
          // The switch is not in the form: what was typed there outlives it.
          key={JSON.stringify({ ...view.settings, enabled: null })}
          store={store}
          view={view}
          connections={connections}
        />
      </Section>
    </>
  )
}

function Running({
  store,
  view,
  connections,
  managerIds,
}: {
  store: ComposerStore
  view: ComposerView
  connections: readonly ConnectionChoice[]
  managerIds: readonly string[]
}) {
  const text = useText()
  const { actions } = store
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function attempt(deed: () => Promise<Problem | null>): Promise<void> {
    setBusy(true)
    setProblem(await deed())
    setBusy(false)
  }

  return (
    <div className={classes.stack}>
      <p>{text('composer.what')}</p>
      <Switch
        checked={view.settings.enabled}
        disabled={busy}
        onChange={({ currentTarget: { checked } }) => void attempt(() => actions.save({ enabled: checked }))}
        label={text('composer.enable')}
        description={text('composer.enable-hint')}
        data-testid="composer-enabled"
      />
      <ComposerStateFacts view={view} connections={connections} />
      <ComposerTrouble
        view={view}
        managerIds={managerIds}
        onConfirmRemovals={() => void attempt(actions.confirmRemovals)}
        onTakeOver={(managerId) => void attempt(() => actions.save({ managerId }))}
      />
      {problem && <ProblemNotice problem={problem} />}
      {view.settings.enabled && (
        <BusyButton
          variant="default"
          busy={busy || view.run.state === 'starting' || view.run.state === 'stopping'}
          onClick={() => void attempt(actions.restart)}
          data-testid="restart-composer"
        >
          <T id="local.restart" />
        </BusyButton>
      )}
    </div>
  )
}
