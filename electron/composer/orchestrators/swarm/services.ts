import type { ActualConnector, ConnectorSpec } from '../../engine/model.ts'
import {
  CONNECTOR_LABEL,
  HASH_LABEL,
  HASH_VARIABLE,
  MANAGER_LABEL,
  nameWithId,
  PLATFORM_LABEL,
} from '../../engine/names.ts'
import { environmentValue } from '../docker/containers.ts'
import type { EngineClient } from '../docker/engine-client.ts'
import { environmentList, pullImage } from '../docker/images.ts'
import { collected, demultiplexed, logLines } from '../log-lines.ts'
import { LOG_LINES, type Orchestrator, OrchestratorError } from '../orchestrator.ts'
import { type Registry, registryAuth } from '../registry.ts'
import { understood } from '../understood.ts'
import { type SwarmOptions, taskTemplate } from './options.ts'
import { attach, detach } from './sealed.ts'
import { type Task, TaskBook } from './tasks.ts'

interface ServiceSpec {
  Name?: string
  Labels?: Record<string, string>
  Mode?: { Replicated?: { Replicas?: number } }
  TaskTemplate?: {
    ForceUpdate?: number
    RestartPolicy?: { Condition?: string }
    ContainerSpec?: { Env?: string[] }
  }
}

interface Service {
  ID: string
  CreatedAt?: string
  Version: { Index: number }
  Spec: ServiceSpec
}

export interface SwarmSettings {
  readonly managerId: string
  readonly registry: Registry | null
  readonly options: SwarmOptions
}

/** Connectors as Swarm services of one replica, or none when stopped. */
export function swarmOrchestrator(engine: EngineClient, settings: SwarmSettings): Orchestrator {
  const tasks = new TaskBook()
  const { options } = settings
  const template = taskTemplate(options)

  const auth = (image: string): Record<string, string> => {
    const header = registryAuth(image, settings.registry)
    return header === null ? {} : { 'X-Registry-Auth': header }
  }
  const inspect = (ref: string): Promise<Service> => engine.call({ method: 'GET', path: `/services/${ref}` })

  const serviceSpec = async (spec: ConnectorSpec, name: string): Promise<ServiceSpec> => {
    const { container, environment } = await attach(engine, spec, options.secrets ?? true)
    return {
      Name: name,
      Labels: { ...options.labels, ...spec.labels, [HASH_LABEL]: spec.hash },
      Mode: { Replicated: { Replicas: spec.running ? 1 : 0 } },
      // The old task goes before the new one comes (two copies would fetch the same data); a failed update goes back.
      UpdateConfig: { Parallelism: 1, Order: 'stop-first', FailureAction: 'rollback' },
      TaskTemplate: {
        ...template.task,
        ContainerSpec: {
          ...template.container,
          ...container,
          Image: spec.image,
          Env: environmentList(environment),
          Labels: spec.labels,
        },
      },
    } as ServiceSpec
  }

  const update = async (
    ref: string,
    headers: Record<string, string>,
    change: (spec: ServiceSpec) => ServiceSpec,
  ) => {
    // Swarm refuses an update made on an older version of the service: read and try once more.
    for (let attempt = 1; ; attempt++) {
      const service = await inspect(ref)
      try {
        await engine.call({
          method: 'POST',
          path: `/services/${ref}/update`,
          query: { version: service.Version.Index },
          body: change(service.Spec),
          headers,
        })
        return
      } catch (error) {
        if (attempt === 2 || !(error instanceof Error) || !/out of sequence/.test(error.message)) throw error
      }
    }
  }

  return understood({
    kind: 'swarm',

    async list(signal) {
      const filters = JSON.stringify({ label: [`${MANAGER_LABEL}=${settings.managerId}`] })
      const [services, all] = await Promise.all([
        engine.call<Service[]>({ method: 'GET', path: '/services', query: { filters }, signal }),
        engine.call<Task[]>({ method: 'GET', path: '/tasks', signal }),
      ])
      tasks.take(all, new Set(services.map(({ ID }) => ID)))
      return services.map((service) => actualConnector(service, tasks))
    },

    prepare: (spec, signal) => pullImage(engine, spec.image, settings.registry, signal),

    async deploy(spec) {
      const create = async (name: string): Promise<unknown> => {
        const body = await serviceSpec(spec, name)
        return engine.call({ method: 'POST', path: '/services/create', body, headers: auth(spec.image) })
      }
      try {
        try {
          await create(spec.name)
        } catch (error) {
          if (!(error instanceof OrchestratorError) || error.status !== 409) throw error
          await create(nameWithId(spec.name, spec.connectorId))
        }
      } catch (error) {
        await detach(engine, spec.connectorId, null).catch(() => undefined)
        throw error
      }
    },

    async replace(actual, spec) {
      // A service keeps its name for life.
      const next = await serviceSpec(spec, actual.name)
      await update(actual.ref, auth(spec.image), () => next)
      tasks.forget(actual.ref)
      await detach(engine, spec.connectorId, spec.hash).catch(() => undefined)
    },

    async start({ ref }) {
      await update(ref, {}, (spec) => {
        const wasTold = spec.Mode?.Replicated?.Replicas === 1
        const force = (spec.TaskTemplate?.ForceUpdate ?? 0) + (wasTold && !restarts(spec) ? 1 : 0)
        return scaled({ ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: force } }, 1)
      })
      tasks.forget(ref)
    },

    stop: ({ ref }) => update(ref, {}, (spec) => scaled(spec, 0)),

    async remove({ ref, connectorId }) {
      await engine.call({ method: 'DELETE', path: `/services/${ref}` }).catch((error: unknown) => {
        if (!(error instanceof OrchestratorError) || error.status !== 404) throw error
      })
      if (connectorId !== null) await detach(engine, connectorId, null)
    },

    evidence: async ({ ref }) => tasks.evidence(ref),

    async logs({ ref }, signal) {
      // Through the service, so that it works on whichever node the task runs.
      const stream = await engine.stream({
        method: 'GET',
        path: `/services/${ref}/logs`,
        query: { stderr: 1, stdout: 1, tail: LOG_LINES, timestamps: 1 },
        signal,
      })
      return inOrder(logLines(demultiplexed(await collected(stream)), Number.MAX_SAFE_INTEGER)).slice(
        -LOG_LINES,
      )
    },
  })
}

function actualConnector({ ID, Spec, CreatedAt }: Service, tasks: TaskBook): ActualConnector {
  const labels = Spec.Labels ?? {}
  const replicas = Spec.Mode?.Replicated?.Replicas ?? 0
  return {
    ref: ID,
    name: Spec.Name ?? ID,
    connectorId: labels[CONNECTOR_LABEL] || null,
    platform: labels[PLATFORM_LABEL] || null,
    hash: labels[HASH_LABEL] ?? environmentValue(Spec.TaskTemplate?.ContainerSpec?.Env ?? [], HASH_VARIABLE),
    ...tasks.state(ID, replicas, restarts(Spec)),
    createdAt: Date.parse(CreatedAt ?? '') || 0,
  }
}

function restarts({ TaskTemplate }: ServiceSpec): boolean {
  return TaskTemplate?.RestartPolicy?.Condition !== 'none'
}

function scaled(spec: ServiceSpec, replicas: number): ServiceSpec {
  return { ...spec, Mode: { Replicated: { Replicas: replicas } } }
}

/** Lines of several tasks come task by task, each with its time in front. */
function inOrder(lines: readonly string[]): string[] {
  return lines
    .map((line) => {
      const blank = line.indexOf(' ')
      return { time: line.slice(0, blank), text: line.slice(blank + 1) }
    })
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .map(({ text }) => text)
}
