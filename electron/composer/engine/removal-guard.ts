/** Over half of at least this many connectors, or all of any number, is a loss that must repeat before it is believed. */
const FEWEST_FOR_HALF = 3
const CYCLES_TO_BELIEVE = 3

/**
 * Whether the orphans of this cycle may be removed (REL-5). A platform whose index is being rebuilt, or that was restored
 * empty, answers with a short or an empty list: believing it at once would take every connector down.
 *
 * A loss of all, or of more than half of at least three, is held until three successive healthy cycles tell of the same
 * connectors, or a person confirms. A smaller loss goes through at once.
 */
export class RemovalGuard {
  #held = ''
  #cycles = 0
  #confirmed: string | null = null
  #holding: readonly string[] = []
  #countedAt = 0
  readonly #apartMs: number

  /** @param apartMs cycles closer together than this, because a step brought one forward, count as one */
  constructor(apartMs = 0) {
    this.#apartMs = apartMs
  }

  /**
   * To be asked once in each healthy cycle.
   * @param owned connectors of ours that have an object
   * @param orphans those of them that the platform does not list any more
   * @param now ms since the epoch
   */
  allows(owned: readonly string[], orphans: readonly string[], now = 0): boolean {
    const lost = orphans.length
    const overHalf = owned.length >= FEWEST_FOR_HALF && lost > owned.length / 2
    if (lost === 0 || (lost < owned.length && !overHalf)) {
      this.reset()
      return true
    }
    const loss = [...orphans].sort().join('\n')
    const since = now - this.#countedAt
    const early = loss === this.#held && since >= 0 && since < this.#apartMs
    this.#cycles = loss === this.#held ? this.#cycles + Number(!early) : 1
    if (!early) this.#countedAt = now
    this.#held = loss
    const allowed = this.#confirmed === loss || this.#cycles >= CYCLES_TO_BELIEVE
    this.#holding = allowed ? [] : [...orphans]
    return allowed
  }

  /** The connectors whose removal waits. */
  get holding(): readonly string[] {
    return this.#holding
  }

  /** A person says that the loss is meant. Counts for exactly the connectors that are held now. */
  confirm(): void {
    if (this.#holding.length > 0) this.#confirmed = this.#held
  }

  /** A cycle failed, or the loss is over: successive cycles end here. */
  reset(): void {
    this.#held = ''
    this.#cycles = 0
    this.#confirmed = null
    this.#holding = []
  }
}
