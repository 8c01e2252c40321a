import type { Clock } from '#base/clock.ts'
import { randomText } from '#base/crypto.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import type { LedgerFacts } from '../ports/action-ledger.ts'

/** After that a value is gone, shown or not. */
export const REVEAL_FOR_MS = 10 * 60_000
/** Each value waits for one open dialog; more than this were forgotten by whoever asked. */
const MOST_VALUES = 16

interface Kept {
  readonly value: Secret
  /** what the ledger says of the token that it is the value of */
  readonly facts: LedgerFacts
  readonly cancel: () => void
  revealed: boolean
}

/** The only owner of new tokens' values: in memory, each shown once, gone by itself (T-06). */
export class RevealBox {
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether any value is waiting to be shown or is being shown. */
  get holds(): boolean {
    return this.#kept.size > 0
  }

  /** Takes a value over. The handle that is returned is no secret. */
  put(value: Secret, facts: LedgerFacts): { revealId: string; revealUntil: number } {
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined && this.#kept.size >= MOST_VALUES) this.forget(oldest)
    const revealId = randomText(18)
    const cancel = this.#clock.after(REVEAL_FOR_MS, () => this.forget(revealId))
    this.#kept.set(revealId, { value, facts, cancel, revealed: false })
    return { revealId, revealUntil: this.#clock.now() + REVEAL_FOR_MS }
  }

  /** The value for the dialog that shows it. @throws ProblemError `reveal-gone` the second time */
  reveal(revealId: string): Secret {
    const kept = this.#find(revealId)
    // SECURITY: shown exactly once (PRD FR-004, FR-006); whoever asks again is not the dialog.
    if (kept.revealed) throw new ProblemError('reveal-gone')
    kept.revealed = true
    return kept.value
  }

  /** The value for the clipboard, as often as wanted until it is forgotten. @throws ProblemError `reveal-gone` */
  forCopy(revealId: string): Secret {
    return this.#find(revealId).value
  }

  /** The value for a sealed file, with what the ledger says of its token. @throws ProblemError `reveal-gone` */
  forSealing(revealId: string): { value: Secret; facts: LedgerFacts } {
    return this.#find(revealId)
  }

  forget(revealId: string): void {
    this.#kept.get(revealId)?.cancel()
    this.#kept.delete(revealId)
  }

  clear(): void {
    for (const revealId of [...this.#kept.keys()]) this.forget(revealId)
  }

  #find(revealId: string): Kept {
    const kept = this.#kept.get(revealId)
    if (!kept) throw new ProblemError('reveal-gone')
    return kept
  }
}
