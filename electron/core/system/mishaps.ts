import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import type { Mishap } from '#shared/contract/system.ts'

/** What ended by itself and is back, until somebody has read it: the last time of each part. In memory alone. */
export class Mishaps {
  readonly live = new Live<readonly Mishap[]>([])
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param tokenShown a new token's value was on the page that ended */
  note(part: Mishap['part'], cause: Mishap['cause'], tokenShown = false): void {
    const others = this.live.value.filter((mishap) => mishap.part !== part)
    const before = this.live.value.find((mishap) => mishap.part === part)
    const shown = tokenShown || (before?.tokenShown ?? false)
    this.live.set([{ part, cause, at: this.#clock.now(), tokenShown: shown }, ...others])
  }

  dismiss(): void {
    if (this.live.value.length > 0) this.live.set([])
  }

  /** Notes a child of the console that fell, once it is there again; returns the end of that. */
  noteReturns(part: Mishap['part'], child: Live<{ readonly state: string }>): () => void {
    let fell = false
    return child.subscribe(() => {
      const { state } = child.value
      if (state === 'restarting') fell = true
      else if (state !== 'starting') {
        if (state === 'ready' && fell) this.note(part, 'crash')
        fell = false
      }
    })
  }
}
