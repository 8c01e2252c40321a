import type { Evidence, RunState } from '../../engine/model.ts'

/** A task of the Engine API, as far as it is read. */
export interface Task {
  readonly ID: string
  readonly ServiceID: string
  readonly CreatedAt: string
  readonly DesiredState: string
  readonly Status?: {
    readonly State?: string
    readonly Timestamp?: string
    readonly Err?: string
    readonly Message?: string
    readonly ContainerStatus?: { readonly ExitCode?: number }
  }
}

/** Ended by itself; what Swarm stops at our wish ends as `shutdown`. */
const FALLEN = new Set(['failed', 'rejected', 'complete'])

/** Tells from its tasks how a service fares. Swarm keeps few ended tasks, so restarts are counted over what was seen. */
export class TaskBook {
  readonly #counts = new Map<string, { fallen: Set<string>; before: Set<string> }>()
  #tasks = new Map<string, Task[]>()

  /** Takes the tasks of one list call. */
  take(tasks: readonly Task[], serviceIds: ReadonlySet<string>): void {
    this.#tasks = new Map()
    for (const task of tasks) {
      if (!serviceIds.has(task.ServiceID)) continue
      const siblings = this.#tasks.get(task.ServiceID)
      if (siblings) siblings.push(task)
      else this.#tasks.set(task.ServiceID, [task])
      const count = this.#count(task.ServiceID)
      if (hasFallen(task) && !count.before.has(task.ID)) count.fallen.add(task.ID)
    }
    for (const siblings of this.#tasks.values()) {
      siblings.sort((a, b) => Date.parse(b.CreatedAt) - Date.parse(a.CreatedAt))
    }
    for (const id of this.#counts.keys()) if (!serviceIds.has(id)) this.#counts.delete(id)
  }

  /** A service that was told to run anew, or with other settings, starts a new count. */
  forget(serviceId: string): void {
    const before = new Set((this.#tasks.get(serviceId) ?? []).map(({ ID }) => ID))
    this.#counts.set(serviceId, { fallen: new Set(), before })
  }

  /** @param restarts false when the service's policy is never to restart */
  state(serviceId: string, replicas: number, restarts: boolean): { state: RunState; reason: string | null } {
    const tasks = this.#tasks.get(serviceId) ?? []
    // Told to stop is not yet stopped.
    if (tasks.some(isRunning)) return { state: 'running', reason: null }
    if (replicas === 0) return { state: 'stopped', reason: null }
    const [latest] = tasks
    const reason = latest?.Status?.Err ?? latest?.Status?.Message ?? null
    const ended = tasks.find(({ Status }) => Status?.State === 'failed' || Status?.State === 'complete')
    const count = this.#count(serviceId)
    if (!ended || count.before.has(ended.ID)) return { state: 'pending', reason }
    return { state: restarts ? 'restarting' : 'stopped', reason: ended.Status?.Err ?? reason }
  }

  evidence(serviceId: string): Evidence {
    const tasks = this.#tasks.get(serviceId) ?? []
    const running = tasks.find(isRunning)
    const last = running ?? tasks.find(hasFallen)
    const at = Date.parse(last?.Status?.Timestamp ?? '')
    return {
      restartCount: this.#count(serviceId).fallen.size,
      startedAt: at > 0 ? at : null,
      exitCode: running ? null : (last?.Status?.ContainerStatus?.ExitCode ?? null),
      looping: false,
    }
  }

  #count(serviceId: string): { fallen: Set<string>; before: Set<string> } {
    let count = this.#counts.get(serviceId)
    if (!count) {
      count = { fallen: new Set(), before: new Set() }
      this.#counts.set(serviceId, count)
    }
    return count
  }
}

function isRunning({ Status }: Task): boolean {
  return Status?.State === 'running'
}

function hasFallen({ Status }: Task): boolean {
  return FALLEN.has(Status?.State ?? '')
}
