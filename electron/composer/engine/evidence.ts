import { createHash } from 'node:crypto'
import { PlatformError } from '../platforms/platform.ts'
import { messageOf } from './events.ts'
import { KnownSecrets } from './known-secrets.ts'
import type { ActualConnector, DesiredConnector, Evidence } from './model.ts'
import type { ObservedHealth } from './observed.ts'
import type { EngineParts } from './parts.ts'
import { createPool } from './pool.ts'
import { type LoopVerdict, RebootLoops } from './reboot-loops.ts'
import { type Repetition, repeat } from './repeat.ts'
import type { Steps } from './steps.ts'

const TICK_MS = 1_000
const AT_A_TIME = 8
/** A lost connection is soon there again; what fails twice waits for its turn, so that a sick platform is not pressed. */
const RETRY_MS = 5_000

interface Watched {
  actual: ActualConnector
  healthDueAt: number
  logsDueAt: number
  healthBusy: boolean
  logsBusy: boolean
  /** what failed at the last attempt */
  readonly failed: Set<'health' | 'logs'>
  /** of the lines last taken by the platform */
  digest: string | null
  /** a stopped connector's last words are told once more, then it is left alone */
  logsOver: boolean
  health: ObservedHealth | null
  /** of this object's runs, the last that was seen ended */
  lastExitCode: number | null
}

/**
 * Health and logs, on timers of each connector's own (XTM Composer shared one among all, so that with thirty connectors a
 * log came every hour). Logs that did not change are not sent again.
 */
export class EvidenceRounds {
  readonly loops = new RebootLoops()
  readonly #watched = new Map<string, Watched>()
  readonly #parts: EngineParts
  readonly #signal: AbortSignal
  readonly #steps: Steps
  readonly #onLoop: (actual: ActualConnector, verdict: LoopVerdict, exitCode: number | null) => void
  readonly #places = createPool(AT_A_TIME)
  readonly #rounds: Repetition
  readonly #running = new Set<Promise<void>>()
  readonly #secrets: KnownSecrets
  #wanted: ReadonlyMap<string, DesiredConnector> = new Map()

  constructor(
    parts: EngineParts,
    signal: AbortSignal,
    steps: Steps,
    onLoop: (actual: ActualConnector, verdict: LoopVerdict, exitCode: number | null) => void,
  ) {
    this.#parts = parts
    this.#signal = signal
    this.#steps = steps
    this.#onLoop = onLoop
    this.#secrets = new KnownSecrets(parts.specOf)
    this.#rounds = repeat(parts.clock, async () => {
      this.#beginDue()
      return TICK_MS
    })
  }

  /** The objects of the last cycle. A new one, and one whose state changed, is looked at at once. */
  watch(current: ReadonlyMap<string, ActualConnector>, wanted: ReadonlyMap<string, DesiredConnector>): void {
    this.#wanted = wanted
    this.#secrets.keepOnly(new Set(current.keys()))
    const now = this.#parts.clock.now()
    for (const [id, actual] of current) {
      const known = this.#watched.get(id)
      const same = known?.actual.ref === actual.ref && known.actual.state === actual.state
      if (known && same) {
        known.actual = actual
        continue
      }
      this.#watched.set(id, {
        actual,
        healthDueAt: now,
        logsDueAt: now,
        healthBusy: known?.healthBusy ?? false,
        logsBusy: known?.logsBusy ?? false,
        failed: new Set(),
        digest: known?.digest ?? null,
        logsOver: false,
        health: known?.health ?? null,
        lastExitCode: known?.actual.ref === actual.ref ? known.lastExitCode : null,
      })
    }
    for (const id of this.#watched.keys()) if (!current.has(id)) this.#watched.delete(id)
    this.loops.keepOnly(new Set(current.keys()))
  }

  /** The composer has something to say of it: its log is told soon, with that. False when there is no object of it. */
  speak(connectorId: string): boolean {
    const watched = this.#watched.get(connectorId)
    if (!watched) return false
    watched.logsOver = false
    watched.logsDueAt = this.#parts.clock.now()
    return true
  }

  /** As it was last found; null before the first time. */
  healthOf(connectorId: string): ObservedHealth | null {
    return this.#watched.get(connectorId)?.health ?? null
  }

  async stop(): Promise<void> {
    await this.#rounds.stop()
    await Promise.all(this.#running)
  }

  #beginDue(): void {
    const { clock, schedule } = this.#parts
    const now = clock.now()
    for (const [id, watched] of this.#watched) {
      const { state } = watched.actual
      // A loop should be found while it spins.
      const periodMs =
        state === 'restarting' ? Math.min(schedule.healthMs, schedule.logsMs) : schedule.healthMs
      if (isDue(watched.healthDueAt, schedule.healthMs, now) && !watched.healthBusy) {
        watched.healthDueAt = nextDue(watched.healthDueAt, periodMs, now)
        if (state === 'running' || state === 'restarting') {
          watched.healthBusy = true
          this.#begin(id, watched, 'health', () => this.#health(id, watched))
        }
      }
      if (isDue(watched.logsDueAt, schedule.logsMs, now) && !watched.logsBusy && !watched.logsOver) {
        watched.logsDueAt = nextDue(watched.logsDueAt, schedule.logsMs, now)
        watched.logsBusy = true
        this.#begin(id, watched, 'logs', () => this.#logs(id, watched))
      }
    }
  }

  #begin(connectorId: string, watched: Watched, what: 'health' | 'logs', task: () => Promise<boolean>): void {
    const { emit, platform } = this.#parts
    const run = async (): Promise<void> => {
      try {
        const sent = await this.#places(task)
        watched.failed.delete(what)
        if (sent) emit({ platform: platform.kind, type: 'evidence', what, connectorId })
      } catch (error) {
        if (this.#signal.aborted) return
        // A step may have replaced the object in between; the next cycle brings the new one.
        if (this.#watched.get(connectorId)?.actual.ref !== watched.actual.ref) return
        this.#soonAgain(connectorId, what, error)
        emit({
          platform: platform.kind,
          type: 'evidence-failed',
          what,
          connectorId,
          message: messageOf(error),
        })
      } finally {
        const now = this.#watched.get(connectorId)
        for (const state of [watched, now])
          if (state) state[what === 'health' ? 'healthBusy' : 'logsBusy'] = false
      }
    }
    const running = run().finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  #soonAgain(connectorId: string, what: 'health' | 'logs', error: unknown): void {
    const watched = this.#watched.get(connectorId)
    const asked = error instanceof PlatformError && error.retryAfterMs !== null
    if (!watched || watched.failed.has(what) || asked) return
    watched.failed.add(what)
    const due = what === 'health' ? 'healthDueAt' : 'logsDueAt'
    watched[due] = Math.min(watched[due], this.#parts.clock.now() + RETRY_MS)
  }

  async #health(connectorId: string, watched: Watched): Promise<boolean> {
    const { orchestrator, platform, clock } = this.#parts
    const { actual } = watched
    this.#signal.throwIfAborted()
    const evidence = await orchestrator.evidence(actual, this.#signal)
    const verdict = this.loops.observe(connectorId, evidence, clock.now())
    const latest = this.#watched.get(connectorId)
    // One that is caught in a run has no exit code at this moment: the last one that was seen says why it loops.
    const exitCode = evidence.exitCode ?? (latest ?? watched).lastExitCode
    for (const state of [watched, latest]) {
      if (!state) continue
      state.health = { ...asObserved({ ...evidence, exitCode }, verdict), at: clock.now() }
      state.lastExitCode = exitCode
    }
    if (verdict.inLoop) this.#onLoop(actual, verdict, exitCode)
    if (evidence.startedAt === null) return false
    const health = {
      restartCount: verdict.total,
      startedAt: evidence.startedAt,
      inRebootLoop: verdict.inLoop,
    }
    await platform.reportHealth(connectorId, health, this.#signal)
    return true
  }

  async #logs(connectorId: string, watched: Watched): Promise<boolean> {
    const { orchestrator, platform } = this.#parts
    this.#signal.throwIfAborted()
    const notice = this.#steps.notices.line(connectorId)
    const said = await orchestrator.logs(watched.actual, this.#signal)
    const lines = notice === null ? said : [...said, notice]
    const digest = createHash('sha256').update(lines.join('\n')).digest('base64')
    const changed = digest !== watched.digest && lines.length > 0
    const wanted = this.#wanted.get(connectorId)
    if (changed) {
      const clean = wanted ? this.#secrets.hidden(lines, watched.actual, wanted) : lines
      await platform.reportLogs(connectorId, clean, this.#signal)
    }
    if (!changed && watched.actual.state === 'stopped') watched.logsOver = true
    const latest = this.#watched.get(connectorId)
    for (const state of [watched, latest]) if (state) state.digest = digest
    return changed
  }
}

function asObserved({ startedAt, exitCode }: Evidence, { total, inLoop }: LoopVerdict) {
  return { restarts: total, startedAt, exitCode, inLoop }
}

/** Farther ahead than a period, it was set before the clock was set back. */
function isDue(dueAt: number, periodMs: number, now: number): boolean {
  return dueAt <= now || dueAt > now + periodMs
}

/** A steady beat: from when it was due, not from when it was done; missed beats are not made up. */
function nextDue(dueAt: number, periodMs: number, now: number): number {
  return dueAt <= now && dueAt + periodMs > now ? dueAt + periodMs : now + periodMs
}
