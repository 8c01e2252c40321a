import type { V1Deployment, V1Pod } from '@kubernetes/client-node'
import type { ActualConnector, ConnectorSpec } from '../../engine/model.ts'
import {
  CONNECTOR_LABEL,
  HASH_VARIABLE,
  MANAGER_LABEL,
  nameWithId,
  PLATFORM_LABEL,
} from '../../engine/names.ts'
import { logLines } from '../log-lines.ts'
import { LOG_LINES, type Orchestrator, OrchestratorError } from '../orchestrator.ts'
import type { Registry } from '../registry.ts'
import { understood } from '../understood.ts'
import type { Cluster } from './cluster.ts'
import { deploymentOf, type KubernetesOptions, secretNames, secretsOf } from './manifest.ts'
import { type PodState, podState, time } from './pod-state.ts'

export interface KubernetesSettings {
  readonly managerId: string
  readonly registry: Registry | null
  readonly options: KubernetesOptions
}

/** Connectors as Deployments of one replica, or none when stopped. */
export function kubernetesOrchestrator(cluster: Cluster, settings: KubernetesSettings): Orchestrator {
  const { options, registry } = settings
  /** what the last list told of each Deployment's pods */
  let states = new Map<string, PodState>()

  const dropSecrets = async (name: string, hash: string): Promise<void> => {
    for (const secret of Object.values(secretNames(name, hash)))
      await cluster.deleteSecret(secret).catch(ignoreMissing)
  }
  const storeSecrets = async (spec: ConnectorSpec, name: string): Promise<void> => {
    for (const secret of secretsOf(spec, name, registry)) {
      try {
        await cluster.createSecret(secret)
      } catch (error) {
        if (!isStatus(error, 409)) throw error
        // Left by an attempt that did not come to its end; its content may be of another time.
        await cluster.deleteSecret(secret.metadata?.name ?? '')
        await cluster.createSecret(secret)
      }
    }
  }
  const create = async (spec: ConnectorSpec, name: string): Promise<void> => {
    // First the Deployment's name, then its secrets: with a foreign object of that name nothing of ours is made.
    await cluster.createDeployment({ ...deploymentOf({ ...spec, running: false }, name, options, registry) })
    try {
      await storeSecrets(spec, name)
      if (spec.running) await change(name, (deployment) => scaled(deployment, 1))
    } catch (error) {
      await cluster.deleteDeployment(name).catch(() => undefined)
      await dropSecrets(name, spec.hash).catch(() => undefined)
      throw error
    }
  }
  const change = async (name: string, to: (now: V1Deployment) => V1Deployment): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const now = await cluster.deployment(name)
      try {
        await cluster.replaceDeployment(name, to(now))
        return
      } catch (error) {
        // The cluster itself writes to a Deployment's status all the time.
        if (attempt === 5 || !isStatus(error, 409)) throw error
      }
    }
  }

  return understood({
    kind: 'kubernetes',

    async list(signal) {
      const selector = `${MANAGER_LABEL}=${settings.managerId}`
      const [deployments, pods] = await abortable(
        Promise.all([cluster.deployments(selector), cluster.pods(selector)]),
        signal,
      )
      const byConnector = grouped(pods)
      states = new Map()
      return deployments.map((deployment) => {
        const name = deployment.metadata?.name ?? ''
        const id = deployment.metadata?.labels?.[CONNECTOR_LABEL] ?? ''
        const replicas = deployment.spec?.replicas ?? 1
        const state = podState(podsOf(deployment, byConnector.get(id) ?? []), replicas, name)
        states.set(name, state)
        return actualConnector(deployment, state)
      })
    },

    // The kubelet pulls, on the node that it chose.
    prepare: async () => {},

    async deploy(spec) {
      try {
        await create(spec, spec.name)
      } catch (error) {
        if (!isStatus(error, 409)) throw error
        await create(spec, nameWithId(spec.name, spec.connectorId))
      }
    },

    async replace(actual, spec) {
      // A Deployment keeps its name for life.
      const { name } = actual
      await storeSecrets(spec, name)
      try {
        await change(name, (now) => {
          const selector = now.spec?.selector.matchLabels
          const next = deploymentOf(spec, name, options, registry, selector)
          return {
            ...next,
            metadata: { ...next.metadata, resourceVersion: now.metadata?.resourceVersion ?? '' },
          }
        })
      } catch (error) {
        await dropSecrets(name, spec.hash).catch(() => undefined)
        throw error
      }
      if (actual.hash !== null && actual.hash !== spec.hash)
        await dropSecrets(name, actual.hash).catch(() => undefined)
    },

    start: ({ name }) => change(name, (deployment) => scaled(deployment, 1)),
    stop: ({ name }) => change(name, (deployment) => scaled(deployment, 0)),

    async remove({ name, hash }) {
      await cluster.deleteDeployment(name).catch(ignoreMissing)
      if (hash !== null) await dropSecrets(name, hash)
    },

    evidence: async ({ name }) =>
      states.get(name)?.evidence ?? { restartCount: 0, startedAt: null, exitCode: null, looping: false },

    async logs({ name }, signal) {
      const pod = states.get(name)?.pod
      if (!pod) return []
      const read = async (previous: boolean): Promise<string[]> =>
        logLines(await abortable(cluster.log(pod, name, LOG_LINES, previous), signal), LOG_LINES)
      const evidence = states.get(name)?.evidence
      try {
        const lines = await read(false)
        if (lines.length > 0 || !evidence?.restartCount) return lines
      } catch (error) {
        // A container that was not made yet has no log; that is no fault.
        if (!isStatus(error, 400)) throw error
        if (!evidence?.restartCount) return []
      }
      return read(true)
    },
  })
}

function actualConnector({ metadata }: V1Deployment, { state, reason }: PodState): ActualConnector {
  const labels = metadata?.labels ?? {}
  const name = metadata?.name ?? ''
  return {
    ref: name,
    name,
    connectorId: labels[CONNECTOR_LABEL] || null,
    platform: labels[PLATFORM_LABEL] || null,
    hash: metadata?.annotations?.[HASH_VARIABLE] ?? null,
    state,
    createdAt: time(metadata?.creationTimestamp) ?? 0,
    reason,
  }
}

function scaled(deployment: V1Deployment, replicas: number): V1Deployment {
  return { ...deployment, spec: { ...deployment.spec, replicas } as NonNullable<V1Deployment['spec']> }
}

/**
 * The pods that prove something of a Deployment as it is wanted now. After a replacement the one before still runs for a
 * while; of a stopped Deployment every pod counts, and so does one of XTM Composer, which does not tell.
 */
function podsOf({ metadata, spec }: V1Deployment, pods: readonly V1Pod[]): readonly V1Pod[] {
  if (spec?.replicas === 0) return pods
  const wanted = metadata?.annotations?.[HASH_VARIABLE]
  return pods.filter((pod) => {
    const hash = pod.metadata?.annotations?.[HASH_VARIABLE]
    return hash === undefined || hash === wanted
  })
}

function grouped(pods: readonly V1Pod[]): Map<string, V1Pod[]> {
  const groups = new Map<string, V1Pod[]>()
  for (const pod of pods) {
    const id = pod.metadata?.labels?.[CONNECTOR_LABEL] ?? ''
    const group = groups.get(id)
    if (group) group.push(pod)
    else groups.set(id, [pod])
  }
  return groups
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof OrchestratorError && error.status === status
}

function ignoreMissing(error: unknown): void {
  if (!isStatus(error, 404)) throw error
}

/** The client takes no signal; the answer is simply not waited for. */
async function abortable<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let leave = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([answer, aborted])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
