import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import type { Evidence, RunState } from '../../engine/model.ts'

export interface PodState {
  readonly state: RunState
  readonly reason: string | null
  /** the pod to read logs of */
  readonly pod: string | null
  readonly evidence: Evidence
}

const NOTHING: Evidence = { restartCount: 0, startedAt: null, exitCode: null, looping: false }

/** What the pods of a Deployment prove: XTM Composer read the wish (replicas) back as if it were the state. */
export function podState(pods: readonly V1Pod[], replicas: number, container: string): PodState {
  const [pod] = [...pods].sort((a, b) => leaving(a) - leaving(b) || created(b) - created(a))
  const status = pod && mainContainer(pod, container)
  const running = status?.state?.running
  const waiting = status?.state?.waiting
  const ended = status?.state?.terminated ?? status?.lastState?.terminated
  const evidence: Evidence = {
    restartCount: status?.restartCount ?? 0,
    startedAt: time(running?.startedAt ?? ended?.startedAt),
    exitCode: running ? null : (ended?.exitCode ?? null),
    looping: waiting?.reason === 'CrashLoopBackOff',
  }
  const at = (state: RunState, reason: string | null): PodState => ({
    state,
    reason,
    pod: pod?.metadata?.name ?? null,
    evidence: pod ? evidence : NOTHING,
  })
  // A pod that still runs on its way out runs.
  if (running) return at('running', null)
  if (replicas === 0) return at('stopped', null)
  if (!pod) return at('pending', 'no pod yet')
  if (waiting?.reason === 'CrashLoopBackOff' || ended)
    return at('restarting', waiting?.reason ?? ended?.reason ?? null)
  return at('pending', waiting?.reason ?? unscheduled(pod) ?? pod.status?.phase ?? null)
}

function mainContainer(pod: V1Pod, name: string): V1ContainerStatus | undefined {
  const statuses = pod.status?.containerStatuses ?? []
  return statuses.find((status) => status.name === name) ?? statuses[0]
}

/** Why no node takes it. */
function unscheduled(pod: V1Pod): string | null {
  const condition = pod.status?.conditions?.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  )
  return condition?.reason ?? null
}

function leaving(pod: V1Pod): number {
  return pod.metadata?.deletionTimestamp ? 1 : 0
}

function created(pod: V1Pod): number {
  return time(pod.metadata?.creationTimestamp) ?? 0
}

/** The client gives Date objects, raw answers text. */
export function time(value: Date | string | undefined): number | null {
  if (value === undefined) return null
  const at = new Date(value).getTime()
  return Number.isNaN(at) ? null : at
}
