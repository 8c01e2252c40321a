import type { ActualConnector, ConnectorSpec, Evidence, RunState } from '../../engine/model.ts'
import {
  CONNECTOR_LABEL,
  HASH_LABEL,
  HASH_VARIABLE,
  incomingName,
  MANAGER_LABEL,
  nameWithId,
  PLATFORM_LABEL,
} from '../../engine/names.ts'
import { collected, demultiplexed, logLines } from '../log-lines.ts'
import { LOG_LINES, type Orchestrator, OrchestratorError, PROXY_CA_PATH } from '../orchestrator.ts'
import type { Registry } from '../registry.ts'
import { understood } from '../understood.ts'
import type { EngineClient } from './engine-client.ts'
import { environmentList, pullImage } from './images.ts'
import { singleFileArchive } from './tar.ts'

interface ListedContainer {
  Id: string
  Names?: string[]
  Labels?: Record<string, string>
  State?: string
  Status?: string
  Created?: number
}

interface InspectedContainer {
  RestartCount?: number
  State?: { Status?: string; StartedAt?: string; ExitCode?: number; Running?: boolean; Restarting?: boolean }
  Config?: { Env?: string[] | null }
}

export interface ContainerSettings {
  readonly kind: 'docker' | 'portainer'
  readonly managerId: string
  readonly registry: Registry | null
  readonly hostConfig: Readonly<Record<string, unknown>>
  readonly labels: Readonly<Record<string, string>>
}

/** Podman's word for a container whose process ended and that was not cleaned up yet; Docker has none like it. */
const BETWEEN_RUNS = 'stopped'
/** What a container is told to be that is not at its end: a stop that leaves it so did not hold. */
const SPINNING = new Set([BETWEEN_RUNS, 'initialized', 'running', 'restarting', 'stopping'])
/** Attempts to catch a container of Podman in one of its runs, which are a tenth of its time. */
const MOST_STOPS = 500
/** Stops that may fail because the process ended by itself in the middle of them; Podman answers 500 then. */
const MOST_MISHAPS = 10

/** Connectors as containers of one Docker Engine, straight or through Portainer. */
export function containerOrchestrator(engine: EngineClient, settings: ContainerSettings): Orchestrator {
  /** Hashes of containers that XTM Composer made: those stand in the environment only. */
  const inspectedHashes = new Map<string, string | null>()

  const inspect = (ref: string, signal?: AbortSignal): Promise<InspectedContainer> =>
    engine.call({ method: 'GET', path: `/containers/${ref}/json`, ...(signal ? { signal } : {}) })

  const hashOf = async ({ Id, Labels }: ListedContainer, signal: AbortSignal): Promise<string | null> => {
    const label = Labels?.[HASH_LABEL]
    if (label !== undefined) return label
    if (!inspectedHashes.has(Id)) {
      const { Config } = await inspect(Id, signal)
      inspectedHashes.set(Id, environmentValue(Config?.Env ?? [], HASH_VARIABLE))
    }
    return inspectedHashes.get(Id) ?? null
  }

  const create = async (spec: ConnectorSpec, name: string): Promise<string> => {
    const { Id } = await engine.call<{ Id: string }>({
      method: 'POST',
      path: '/containers/create',
      query: { name },
      body: {
        Image: spec.image,
        Env: environmentList(spec.environment),
        Labels: { ...settings.labels, ...spec.labels, [HASH_LABEL]: spec.hash },
        HostConfig: settings.hostConfig,
      },
    })
    if (spec.proxyCa !== null) {
      try {
        // Copied into the container, not mounted: the engine's machine has none of our files.
        await engine.call({
          method: 'PUT',
          path: `/containers/${Id}/archive`,
          query: { path: '/' },
          archive: await singleFileArchive(PROXY_CA_PATH.slice(1), spec.proxyCa),
        })
      } catch (error) {
        await discard(Id)
        throw error
      }
    }
    return Id
  }

  /** Creates under the wanted name, or with the connector's id when another object has it. */
  const createNamed = async (spec: ConnectorSpec): Promise<string> => {
    try {
      return await create(spec, spec.name)
    } catch (error) {
      if (!isNameTaken(error)) throw error
      return create(spec, nameWithId(spec.name, spec.connectorId))
    }
  }

  const start = (ref: string): Promise<unknown> =>
    engine.call({ method: 'POST', path: `/containers/${ref}/start` })
  const stop = async (ref: string): Promise<void> => {
    let mishaps = 0
    for (let attempt = 0; attempt < MOST_STOPS; attempt++) {
      try {
        await engine.call({ method: 'POST', path: `/containers/${ref}/stop` })
      } catch (error) {
        if (!isMishap(error) || ++mishaps === MOST_MISHAPS) throw error
      }
      // Podman takes a container between two runs for stopped, and starts it again: by now it may run already.
      const { State } = await inspect(ref)
      if (!SPINNING.has(State?.Status ?? '')) return
    }
    throw new OrchestratorError('it restarts faster than it can be stopped', null)
  }
  const drop = (ref: string): Promise<unknown> =>
    engine.call({
      method: 'DELETE',
      path: `/containers/${ref}`,
      query: { v: settings.kind === 'docker' ? 1 : 0, force: true },
    })
  const rename = (ref: string, name: string): Promise<unknown> =>
    engine.call({ method: 'POST', path: `/containers/${ref}/rename`, query: { name } })

  /** Removes what a failed step left; the failure itself is what is told. */
  const discard = async (ref: string): Promise<void> => {
    await drop(ref).catch(() => undefined)
  }

  return understood({
    kind: settings.kind,

    async list(signal) {
      const containers = await engine.call<ListedContainer[]>({
        method: 'GET',
        path: '/containers/json',
        query: { all: true, filters: JSON.stringify({ label: [`${MANAGER_LABEL}=${settings.managerId}`] }) },
        signal,
      })
      const found = await Promise.all(
        containers.map(async (container) => actualConnector(container, await hashOf(container, signal))),
      )
      const alive = new Set(containers.map(({ Id }) => Id))
      for (const id of inspectedHashes.keys()) if (!alive.has(id)) inspectedHashes.delete(id)
      return found
    },

    prepare: (spec, signal) => pullImage(engine, spec.image, settings.registry, signal),

    async deploy(spec) {
      const id = await createNamed(spec)
      if (!spec.running) return
      try {
        await start(id)
      } catch (error) {
        await discard(id)
        throw error
      }
    },

    async replace(actual, spec) {
      // Both stand side by side until the new one runs, so that no failure leaves the connector without a container.
      const next = await create(spec, incomingName(spec.name, spec.hash))
      const ran = actual.state === 'running' || actual.state === 'restarting'
      try {
        if (ran) await stop(actual.ref)
        if (spec.running) await start(next)
      } catch (error) {
        await discard(next)
        if (ran) await start(actual.ref)
        throw error
      }
      await drop(actual.ref)
      await rename(next, spec.name).catch(() => rename(next, nameWithId(spec.name, spec.connectorId)))
    },

    start: async ({ ref }) => void (await start(ref)),
    stop: async ({ ref }) => void (await stop(ref)),
    async remove({ ref, state }) {
      if (state !== 'stopped') await stop(ref).catch(() => undefined)
      await drop(ref).catch((error: unknown) => {
        if (!(error instanceof OrchestratorError) || error.status !== 404) throw error
      })
    },

    rename: async ({ ref }, name) => void (await rename(ref, name)),

    async evidence({ ref }, signal): Promise<Evidence> {
      const { RestartCount = 0, State } = await inspect(ref, signal)
      const startedAt = Date.parse(State?.StartedAt ?? '')
      return {
        restartCount: RestartCount,
        // The engine's zero time, year 1, means "never".
        startedAt: startedAt > 0 ? startedAt : null,
        // Between two runs the engine calls it running as well.
        exitCode: State?.Running && !State.Restarting ? null : (State?.ExitCode ?? null),
        looping: false,
      }
    },

    async logs({ ref }, signal) {
      const stream = await engine.stream({
        method: 'GET',
        path: `/containers/${ref}/logs`,
        query: { stderr: 1, stdout: 1, tail: LOG_LINES },
        signal,
      })
      return logLines(demultiplexed(await collected(stream)), LOG_LINES)
    },
  })
}

/** The engine's own failure, which may be of this moment; a refusal (4xx) is not. */
function isMishap(error: unknown): boolean {
  return error instanceof OrchestratorError && error.status === 500
}

/** Docker answers 409; Podman 4.3 answers 500 and says it in words. */
function isNameTaken(error: unknown): boolean {
  return (
    error instanceof OrchestratorError &&
    (error.status === 409 || (error.status === 500 && /name is already in use/.test(error.message)))
  )
}

function actualConnector(container: ListedContainer, hash: string | null): ActualConnector {
  const labels = container.Labels ?? {}
  return {
    ref: container.Id,
    name: (container.Names?.[0] ?? container.Id).replace(/^\//, ''),
    connectorId: labels[CONNECTOR_LABEL] || null,
    platform: labels[PLATFORM_LABEL] || null,
    hash,
    state: runState(container),
    createdAt: (container.Created ?? 0) * 1000,
    reason: container.Status ?? container.State ?? null,
  }
}

/**
 * Between two runs Docker says `restarting`, Podman `stopped`; what is meant to lie is `exited`. One that stays `stopped`
 * lost its monitor: nobody starts it again, so it counts as lying.
 */
export function runState({ State, Status = '' }: Pick<ListedContainer, 'State' | 'Status'>): RunState {
  if (State === 'running' || State === 'restarting') return State
  return State === BETWEEN_RUNS && / seconds? ago$/.test(Status) ? 'restarting' : 'stopped'
}

/** The value of `name` in a list of `NAME=value`; a value may hold further `=`, an entry may have none. */
export function environmentValue(list: readonly string[], name: string): string | null {
  const entry = list.find((line) => line.startsWith(`${name}=`))
  return entry === undefined ? null : entry.slice(name.length + 1)
}
