import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core'
import { type FormEvent, useId, useState } from 'react'
import type { ComposerSettings, ComposerView } from '#shared/contract/composer.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { COMPOSER_LIMITS, ORCHESTRATORS } from '#shared/domain/composer.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import type { ComposerStore, ConnectionChoice, TypedSecrets } from './composer-store.ts'
import classes from './connectors.module.css'
import { DockerPlaces } from './DockerPlaces.tsx'
import { SecretField } from './SecretField.tsx'

const EXECUTE_SECONDS = [5, 10, 30, 60, 120, 300]
const LOGS_SECONDS = [5, 10, 30, 60]
const CRASH_LOOP_RESTARTS = [0, 5, 10, 20, 50]

/** An empty field is no value. */
const orNull = (typed: string): string | null => (typed.trim() === '' ? null : typed.trim())

/** Where connectors run and for whom; kept when it is saved, not at each letter. */
export function ComposerForm({
  store,
  view,
  connections,
}: {
  store: ComposerStore
  view: ComposerView
  connections: readonly ConnectionChoice[]
}) {
  const text = useText()
  const kind = useId()
  const [draft, setDraft] = useState(view.settings)
  const [secrets, setSecrets] = useState<TypedSecrets>({})
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const change = (part: Partial<ComposerSettings>): void => setDraft((before) => ({ ...before, ...part }))
  const isMissing = draft.managerId.trim() === '' || draft.managerName.trim() === ''

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (busy || isMissing) return
    setBusy(true)
    const { enabled: _, ...change } = draft
    const failure = await store.actions.save(change, secrets)
    setBusy(false)
    setProblem(failure)
    if (failure === null) setSecrets({})
  }

  const field = (
    id: 'managerId' | 'managerName' | 'dockerHost' | 'networkMode' | 'network' | 'connectorUrl',
    max: number = COMPOSER_LIMITS.text,
  ) => {
    const isNeeded = id === 'managerId' || id === 'managerName'
    return (
      <TextInput
        label={text(`composer.field.${FIELD_NAMES[id]}`)}
        description={text(`composer.field.${FIELD_NAMES[id]}-hint`)}
        value={draft[id] ?? ''}
        maxLength={max}
        error={isNeeded && draft[id]?.trim() === '' ? text('composer.field.missing') : null}
        onChange={({ currentTarget: { value } }) =>
          change({ [id]: isNeeded ? value : orNull(value) } as Partial<ComposerSettings>)
        }
        autoComplete="off"
        spellCheck={false}
        data-testid={`composer-${FIELD_NAMES[id]}`}
      />
    )
  }
  const secret = (name: keyof TypedSecrets) => (
    <SecretField
      name={name}
      place={view.secrets[name]}
      typed={secrets[name]}
      onChange={(typed) => setSecrets((before) => ({ ...before, [name]: typed }))}
    />
  )

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className={classes.form}>
      <NativeSelect
        label={text('composer.connection')}
        description={text('composer.connection-hint')}
        value={draft.connectionId}
        onChange={({ currentTarget: { value } }) => change({ connectionId: value })}
        data={connections.map(({ id, name }) => ({ value: id, label: name }))}
        data-testid="composer-connection"
      />
      <div>
        <div id={kind} className={classes.label}>
          {text('composer.orchestrator')}
        </div>
        <SegmentedControl
          data={ORCHESTRATORS.map((value) => ({ value, label: text(`composer.orchestrator.${value}`) }))}
          value={draft.orchestrator}
          onChange={(value) => change({ orchestrator: value as ComposerSettings['orchestrator'] })}
          aria-labelledby={kind}
        />
      </div>
      {(draft.orchestrator === 'docker' || draft.orchestrator === 'swarm') && (
        <>
          <DockerPlaces store={store} places={view.docker} />
          {field('dockerHost', COMPOSER_LIMITS.address)}
        </>
      )}
      {(draft.orchestrator === 'docker' || draft.orchestrator === 'portainer') && field('networkMode')}
      {draft.orchestrator === 'swarm' && field('network')}
      {draft.orchestrator === 'portainer' && (
        <>
          <TextInput
            label={text('composer.field.portainer-url')}
            description={text('composer.field.portainer-url-hint')}
            placeholder="https://portainer.example:9443"
            value={draft.portainer.url ?? ''}
            maxLength={COMPOSER_LIMITS.address}
            onChange={({ currentTarget: { value } }) =>
              change({ portainer: { ...draft.portainer, url: orNull(value) } })
            }
            autoComplete="off"
            spellCheck={false}
            inputMode="url"
          />
          <TextInput
            label={text('composer.field.portainer-environment')}
            description={text('composer.field.portainer-environment-hint')}
            value={draft.portainer.environmentId ?? ''}
            maxLength={COMPOSER_LIMITS.text}
            onChange={({ currentTarget: { value } }) =>
              change({ portainer: { ...draft.portainer, environmentId: orNull(value) } })
            }
            autoComplete="off"
          />
          {secret('portainerKey')}
        </>
      )}
      {draft.orchestrator === 'kubernetes' && (
        <div className={classes.pair}>
          {(['context', 'namespace'] as const).map((name) => (
            <TextInput
              key={name}
              label={text(`composer.field.${name}`)}
              description={text(`composer.field.${name}-hint`)}
              value={draft.kubernetes[name] ?? ''}
              maxLength={COMPOSER_LIMITS.text}
              onChange={({ currentTarget: { value } }) =>
                change({ kubernetes: { ...draft.kubernetes, [name]: orNull(value) } })
              }
              autoComplete="off"
              spellCheck={false}
            />
          ))}
        </div>
      )}
      {field('managerId')}
      <details className={classes.more}>
        <summary>
          <T id="composer.more" />
        </summary>
        <div>
          {field('managerName')}
          {secret('token')}
          {field('connectorUrl', COMPOSER_LIMITS.address)}
          <div className={classes.pair}>
            {(['server', 'username'] as const).map((name) => (
              <TextInput
                key={name}
                label={text(`composer.field.registry-${name}`)}
                value={draft.registry[name] ?? ''}
                maxLength={COMPOSER_LIMITS.text}
                onChange={({ currentTarget: { value } }) =>
                  change({ registry: { ...draft.registry, [name]: orNull(value) } })
                }
                autoComplete="off"
                spellCheck={false}
              />
            ))}
          </div>
          {secret('registryPassword')}
          <Choice
            name="execute"
            value={draft.executeSeconds}
            choices={EXECUTE_SECONDS}
            onChange={(executeSeconds) => change({ executeSeconds })}
          />
          <Choice
            name="logs"
            value={draft.logsSeconds}
            choices={LOGS_SECONDS}
            onChange={(logsSeconds) => change({ logsSeconds })}
          />
          <Choice
            name="crash-loop"
            value={draft.crashLoopRestarts}
            choices={CRASH_LOOP_RESTARTS}
            onChange={(crashLoopRestarts) => change({ crashLoopRestarts })}
          />
        </div>
      </details>
      {problem && <ProblemNotice problem={problem} />}
      <div className={classes.buttons}>
        <BusyButton type="submit" busy={busy} disabled={isMissing} data-testid="save-composer">
          <T id="composer.save" />
        </BusyButton>
      </div>
    </form>
  )
}

const FIELD_NAMES = {
  managerId: 'manager-id',
  managerName: 'manager-name',
  dockerHost: 'docker-host',
  networkMode: 'network-mode',
  network: 'network',
  connectorUrl: 'connector-url',
} as const

/** A number out of a few, or the one that is kept, whatever it is. */
function Choice({
  name,
  value,
  choices,
  onChange,
}: {
  name: 'execute' | 'logs' | 'crash-loop'
  value: number
  choices: readonly number[]
  onChange: (value: number) => void
}) {
  const text = useText()
  const all = choices.includes(value) ? choices : [...choices, value].sort((one, other) => one - other)
  const label = (count: number): string =>
    name === 'crash-loop'
      ? count === 0
        ? text('composer.never')
        : text('composer.restarts', { count })
      : text('composer.seconds', { count })
  return (
    <NativeSelect
      label={text(`composer.field.${name}`)}
      value={String(value)}
      onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}
      data={all.map((count) => ({ value: String(count), label: label(count) }))}
    />
  )
}
