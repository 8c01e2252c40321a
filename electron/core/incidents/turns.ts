import type { Pace } from './pace.ts'

/** One request's worth of work, or a little more; its requests go through the pace. */
type Turn = () => Promise<void>

/**
 * Runs the turns of each pile one after the other, and those of different piles side by side, as many at once as `pace`
 * allows. After the first failure no further turn begins; those under way end, then the failure is thrown.
 */
export async function inTurns(pace: Pace, piles: readonly (readonly Turn[])[]): Promise<void> {
  const waiting = new Piles(piles)
  const failures: unknown[] = []
  let running = 0
  await new Promise<void>((resolve) => {
    const begin = (): void => {
      while (failures.length === 0 && running < pace.limit) {
        const pile = waiting.take(pace.limit)
        if (!pile) break
        running += 1
        pile
          .run()
          .catch((error: unknown) => void failures.push(error))
          .finally(() => {
            running -= 1
            begin()
          })
      }
      if (running > 0) return
      end()
      resolve()
    }
    const end = pace.onGrown(begin)
    begin()
  })
  if (failures.length > 0) throw failures[0]
}

interface Pile {
  readonly turns: readonly Turn[]
  next: number
  busy: boolean
}

/** Whose turn is next. */
class Piles {
  /** those with turns left, in order */
  #piles: Pile[]
  /** turns that were not begun */
  #left: number

  constructor(piles: readonly (readonly Turn[])[]) {
    this.#piles = piles.filter(({ length }) => length > 0).map((turns) => ({ turns, next: 0, busy: false }))
    this.#left = piles.reduce((sum, { length }) => sum + length, 0)
  }

  /**
   * The first pile in order, so that pile after pile comes to its end; but the longest as soon as it alone would take as long
   * as everything shared out over `lanes`, so that no lane is idle at the end while another has a pile to work off.
   * @returns null when there is none, or each that is left is under way
   */
  take(lanes: number): { run: () => Promise<void> } | null {
    let first: Pile | null = null
    let longest: Pile | null = null
    for (const pile of this.#piles) {
      if (pile.busy) continue
      first ??= pile
      if (!longest || left(pile) > left(longest)) longest = pile
    }
    if (!first || !longest) return null
    const pile = left(longest) * lanes >= this.#left ? longest : first
    return { run: () => this.#run(pile) }
  }

  async #run(pile: Pile): Promise<void> {
    const turn = pile.turns[pile.next]
    pile.next += 1
    pile.busy = true
    this.#left -= 1
    if (left(pile) === 0) this.#piles = this.#piles.filter((other) => other !== pile)
    try {
      await turn?.()
    } finally {
      pile.busy = false
    }
  }
}

const left = ({ turns, next }: Pile): number => turns.length - next
