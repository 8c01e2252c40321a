import { randomUUID } from 'node:crypto'
import { backoffDelay } from '#base/backoff.ts'
import type { Clock } from '#base/clock.ts'
import { systemRandom } from '#base/crypto.ts'
import { BEAT_MS, FIRST_BEAT_MS } from '#shared/domain/registration.ts'
import { createBeat } from './beat.ts'
import type { ActiveConfiguration } from './configuration.ts'
import { isPassing, RegistrationError } from './failure.ts'
import type { PayloadPreview, RegistrationManagerOptions } from './options.ts'
import type { ProvisionState } from './provisioning-store.ts'
import type { Attempt } from './storage.ts'

/** Tries of one tick: full jitter below a doubling ceiling, and an end well before the next tick. */
const RETRY = { firstMs: 1_000, mostMs: 30_000 }
const TICK_BUDGET_MS = 240_000
/** A killed holder's lease has run out when its successor makes its first beat, 30 s after boot. */
const LEASE_MS = 30_000
const LEASE_RENEWAL_MS = 10_000

const PROFILE_NOTICE = {
  current: 'platform metadata, licence and intents leave this machine',
  poc: 'platform metadata, licence, the admin API key and an unlimited token of every user leave this machine',
} as const

export interface RegistrationStatus {
  readonly profile: ActiveConfiguration['profile']
  readonly url: string
  readonly running: boolean
  /** null once stopped */
  readonly nextAttemptAt: number | null
  readonly lastSuccessAt: number | null
  /** how many users' tokens stand where; null outside of the proof-of-concept profile */
  readonly provisioned: Record<ProvisionState, number> | null
}

/** A run: what became of it, or that another manager holds the lease. */
export type TickResult = Attempt | 'held-elsewhere' | 'stopped'

export interface RegistrationManager {
  /** First beat after 30 s, then every 5 minutes. */
  start(): void
  /** Stops timers and the run under way, and waits for it. */
  stop(): Promise<void>
  /** A beat now, or the one under way; the schedule stays. Never throws for a failed beat. */
  registerNow(): Promise<TickResult>
  status(): RegistrationStatus
  preview(): Promise<PayloadPreview>
}

/**
 * Registers the platform with XTM One and keeps the registration alive (X-01..X-05). Run by the platform itself, never by the
 * console for somebody else's: the registration is an upsert, and a beat from here would hide the lapse it should show.
 */
export function createRegistrationManager(options: RegistrationManagerOptions): RegistrationManager {
  const { configuration, storage, clock, log } = options
  if (configuration.profile === 'poc' && !options.provisioning)
    throw new Error('The poc profile needs a provisioning port')
  const beat = createBeat({ ...options, randomBytes: options.randomBytes ?? systemRandom })
  const holder = randomUUID()
  const stopping = new AbortController()
  let cancelNext = (): void => {}
  let nextAt: number | null = null
  let notBefore = 0
  let running: Promise<TickResult> | null = null

  const arm = (ms: number): void => {
    nextAt = clock.now() + ms
    cancelNext = clock.after(ms, () => {
      const early = notBefore - clock.now()
      // A clock that was set back must not keep the manager silent for longer than was asked.
      if (early > 0 && early <= BEAT_MS * 12) return arm(early)
      arm(BEAT_MS)
      tick('schedule').catch((error: unknown) => {
        log.error({ error: nameOf(error) }, '[XTM One] The registration could not be recorded')
      })
    })
  }

  /** Holds the lease until the returned function lets go; null when another manager has it. */
  const holdLease = (lost: () => void): (() => void) | null => {
    if (!storage.hold(holder, clock.now(), LEASE_MS)) return null
    let cancel = (): void => {}
    const renew = (): void => {
      cancel = clock.after(LEASE_RENEWAL_MS, () => {
        if (storage.hold(holder, clock.now(), LEASE_MS)) renew()
        else lost()
      })
    }
    renew()
    return () => {
      cancel()
      storage.release(holder)
    }
  }

  const tick = (trigger: Attempt['trigger']): Promise<TickResult> => {
    running ??= run(trigger).finally(() => {
      running = null
    })
    return running
  }

  const run = async (trigger: Attempt['trigger']): Promise<TickResult> => {
    if (stopping.signal.aborted) return 'stopped'
    const over = new AbortController()
    const signal = AbortSignal.any([stopping.signal, over.signal])
    const letGo = holdLease(() => over.abort())
    if (!letGo) {
      log.info('[XTM One] Another manager holds the registration lease')
      return 'held-elsewhere'
    }
    try {
      return await tries(trigger, signal)
    } finally {
      letGo()
    }
  }

  /** Why a run ended before its time. */
  const ended = (): TickResult => (stopping.signal.aborted ? 'stopped' : 'held-elsewhere')

  const tries = async (trigger: Attempt['trigger'], signal: AbortSignal): Promise<TickResult> => {
    const startedAt = clock.now()
    for (let number = 1; ; number += 1) {
      const attempt = (): Pick<Attempt, 'startedAt' | 'endedAt' | 'trigger' | 'tries'> => ({
        startedAt,
        endedAt: clock.now(),
        trigger,
        tries: number,
      })
      try {
        const done = await beat.run(signal, (success) => {
          const registered = {
            ...attempt(),
            outcome: 'registered',
            httpStatus: success.httpStatus,
            detail: null,
          } as const
          storage.record(registered, success)
          return registered
        })
        notBefore = 0
        return done
      } catch (error) {
        const failed = asRegistrationError(error)
        if (signal.aborted) return ended()
        const wait = Math.max(failed.retryAfterMs ?? 0, backoffDelay(RETRY, number, options.random))
        const elapsed = Math.max(0, clock.now() - startedAt)
        const again = isPassing(failed.failure) && elapsed + wait <= TICK_BUDGET_MS
        log.warn(
          { failure: failed.failure, error: failed.message, try: number, ...(again ? { waitMs: wait } : {}) },
          again
            ? '[XTM One] Registration failed, trying again'
            : '[XTM One] Registration failed, will retry on next tick',
        )
        if (!again) {
          notBefore = failed.retryAfterMs === null ? 0 : clock.now() + failed.retryAfterMs
          const record: Attempt = {
            ...attempt(),
            outcome: failed.failure,
            httpStatus: failed.httpStatus,
            detail: failed.message.slice(0, 200),
          }
          storage.record(record)
          return record
        }
        if (!(await pause(clock, wait, signal))) return ended()
      }
    }
  }

  return {
    start() {
      log.info(
        { profile: configuration.profile, url: configuration.url },
        `[XTM One] Registration manager started with the ${configuration.profile} profile: ${PROFILE_NOTICE[configuration.profile]}`,
      )
      arm(FIRST_BEAT_MS)
    },
    async stop() {
      cancelNext()
      nextAt = null
      stopping.abort()
      await running
    },
    registerNow: () => tick('request'),
    status: () => ({
      profile: configuration.profile,
      url: configuration.url,
      running: running !== null,
      nextAttemptAt: nextAt === null ? null : Math.max(nextAt, notBefore),
      lastSuccessAt: storage.lastSuccessAt(),
      provisioned: configuration.profile === 'poc' ? storage.provisioning.counts() : null,
    }),
    preview: beat.preview,
  }
}

/** What nobody expected is our own failure, told without its words: they may hold anything. */
function asRegistrationError(error: unknown): RegistrationError {
  if (error instanceof RegistrationError) return error
  return new RegistrationError('own-failure', nameOf(error))
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Unexpected failure'
}

/** Waits by the clock; false when the signal ended it. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false)
    const stop = (): void => {
      cancel()
      resolve(false)
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve(true)
    })
    signal.addEventListener('abort', stop, { once: true })
  })
}
