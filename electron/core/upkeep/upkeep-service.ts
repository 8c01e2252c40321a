import { Live } from '#base/live.ts'
import type { Reminder, RevokeTimer, Rotation, Upkeep } from '#shared/contract/upkeep.ts'
import type { RemindDays } from '#shared/domain/upkeep.ts'
import type { TokenRef, UpkeepParts } from './parts.ts'
import { type ReminderParts, Reminders } from './reminders.ts'
import { RevokeTimers } from './revoke-timers.ts'
import { Rotations } from './rotations.ts'

export interface UpkeepServiceParts
  extends Omit<UpkeepParts, 'changed'>,
    Pick<ReminderParts, 'reachable' | 'endingOf'> {}

/** Between two looks at what may be due. After a sleep it is the first thing that happens. */
const TICK_MS = 30_000

/** What the console does about tokens later (T-16, T-17). Survives restarts; nothing happens before `start`. */
export class UpkeepService {
  readonly #parts: UpkeepServiceParts
  readonly #timers: RevokeTimers
  readonly #rotations: Rotations
  readonly #reminders: Reminders
  readonly #live: Live<Upkeep>
  #reachable: readonly string[] = []
  #stopTicking = (): void => {}

  constructor(parts: UpkeepServiceParts) {
    this.#parts = parts
    const all = { ...parts, changed: () => this.#publish() }
    this.#timers = new RevokeTimers(all)
    this.#rotations = new Rotations(all)
    this.#reminders = new Reminders(all)
    this.#live = new Live(this.#everything())
  }

  watch(signal?: AbortSignal): AsyncIteratorObject<Upkeep, undefined, void> {
    return this.#live.watch(signal)
  }

  start(): void {
    this.look()
    this.#stopTicking = this.#parts.clock.after(TICK_MS, () => this.start())
  }

  /** Does what is due; also when something may have changed: a connection came back, the machine woke up. */
  look(): void {
    const before = this.#reachable
    this.#reachable = this.#parts.reachable()
    for (const id of this.#reachable) if (!before.includes(id)) this.#timers.returned(id)
    this.#timers.look()
    this.#rotations.look()
    this.#reminders.look()
  }

  revokeIn(asked: TokenRef & { ms: number; reason: string }): Promise<RevokeTimer> {
    return this.#timers.set(asked)
  }

  cancelTimer(id: string): Promise<void> {
    return this.#timers.cancel(id)
  }

  rotate(
    asked: TokenRef & { replacementId: string; quietMs: number; finish: Rotation['finish'] },
  ): Promise<Rotation> {
    return this.#rotations.start(asked)
  }

  checkRotation(id: string): Promise<Rotation> {
    return this.#rotations.check(id)
  }

  finishRotation(id: string): Promise<Rotation> {
    return this.#rotations.finish(id)
  }

  stopRotation(id: string): Promise<Rotation> {
    return this.#rotations.stop(id)
  }

  remind(asked: TokenRef & { days: RemindDays }): Promise<Reminder> {
    return this.#reminders.set(asked)
  }

  dismiss(id: string): void {
    for (const part of [this.#timers, this.#rotations, this.#reminders]) part.dismiss(id)
  }

  /** The connection is removed: nobody can do anything there any more. */
  forget(connectionId: string): void {
    this.#parts.store.forget(connectionId)
    for (const part of [this.#timers, this.#rotations, this.#reminders]) part.forget(connectionId)
    this.#publish()
  }

  dispose(): void {
    this.#stopTicking()
    for (const part of [this.#timers, this.#rotations, this.#reminders]) part.dispose()
    this.#live.end()
  }

  #everything(): Upkeep {
    return { timers: this.#timers.list, rotations: this.#rotations.list, reminders: this.#reminders.list }
  }

  #publish(): void {
    this.#live.set(this.#everything())
  }
}
