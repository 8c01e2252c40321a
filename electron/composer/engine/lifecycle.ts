import { type Backoff, backoffDelay } from '#base/backoff.ts'
import type { Clock } from '#base/clock.ts'
import { type ManagerIdentity, type Platform, PlatformError } from '../platforms/platform.ts'
import { type Emit, messageOf } from './events.ts'
import { type Repetition, repeat } from './repeat.ts'

const SHORTEST_RETRY_MS = 1_000

export interface LifecycleState {
  /** false until the platform took the registration, and again when it refuses it */
  registered: boolean
  version: string | null
  /** ms since the epoch of the last answer to version, register or ping */
  lastContactAt: number | null
  /** why it is not registered, or the last ping failed */
  problem: string | null
}

export interface Lifecycle {
  readonly state: Readonly<LifecycleState>
  stop(): Promise<void>
}

interface LifecycleParts {
  readonly platform: Platform
  readonly identity: ManagerIdentity
  readonly clock: Clock
  readonly random: () => number
  readonly pingMs: number
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly onRegistered: () => void
}

/**
 * Keeps this composer known to its platform: version, then register, then a ping each `pingMs`; a new version registers
 * again. Every refusal and every fault backs off, with jitter, up to the ping's period.
 */
export function startLifecycle(parts: LifecycleParts): Lifecycle {
  const { platform, identity, clock, pingMs, signal, emit } = parts
  const backoff: Backoff = { firstMs: 2_000, mostMs: Math.max(pingMs, SHORTEST_RETRY_MS) }
  const state: LifecycleState = { registered: false, version: null, lastContactAt: null, problem: null }
  let failures = 0

  const register = async (): Promise<void> => {
    const version = await platform.register(identity, signal)
    const first = !state.registered
    state.registered = true
    state.version = version
    emit({ platform: platform.kind, type: 'registered', version })
    if (first) parts.onRegistered()
  }

  const round = async (): Promise<number> => {
    try {
      if (!state.registered) {
        await platform.version(signal)
        await register()
      }
      const version = await platform.ping(identity.id, signal)
      if (version !== state.version) await register()
      failures = 0
      state.problem = null
      state.lastContactAt = clock.now()
      return pingMs
    } catch (error) {
      if (signal.aborted) return pingMs
      const refused = error instanceof PlatformError && error.fault === 'refused'
      // A platform that says no to us may have another manager: two would undo each other's work.
      if (refused) state.registered = false
      failures++
      state.problem = explained(messageOf(error), identity.id)
      const asked = error instanceof PlatformError ? (error.retryAfterMs ?? 0) : 0
      const retryInMs = Math.max(asked, SHORTEST_RETRY_MS + backoffDelay(backoff, failures, parts.random))
      emit({
        platform: platform.kind,
        type: 'registration-failed',
        message: state.problem,
        refused,
        retryInMs,
      })
      return retryInMs
    }
  }
  const repetition: Repetition = repeat(clock, round)
  return { state, stop: () => repetition.stop() }
}

/** OpenCTI's message alone leaves the admin without a way out (OpenCTI issue 14844). */
function explained(message: string, managerId: string): string {
  if (!/only one connector manager/i.test(message)) return message
  return `${message}. The platform knows a manager with another id than "${managerId}": set manager.id to that id, or stop the other composer and take its id over`
}
