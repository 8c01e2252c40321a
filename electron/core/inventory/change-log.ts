/** What a log holds: the revision of its last change stands in the entry itself. */
export interface Logged {
  revision: number
  /** true: it is there only to be told as gone */
  readonly gone?: boolean
}

/**
 * Entries in the order of their last change. One that changed again later stands here twice, and only its last place
 * counts. Two arrays instead of one of pairs: there are as many places as tokens.
 */
export class ChangeLog<Entry extends Logged> {
  #entries: Entry[] = []
  #revisions: number[] = []
  #revision = 0
  #floor = 0

  /** Grows with each change. */
  get revision(): number {
    return this.#revision
  }

  /** Who was here before this revision has missed what is not known any more. */
  get floor(): number {
    return this.#floor
  }

  get length(): number {
    return this.#entries.length
  }

  add(entry: Entry): void {
    this.#revision += 1
    entry.revision = this.#revision
    this.#entries.push(entry)
    this.#revisions.push(this.#revision)
  }

  /**
   * The places after `revision`, at most `most` of them.
   * @returns entries whose last change is among these places, the revision reached, and whether there are more
   */
  after(revision: number, most: number): { changed: Entry[]; reached: number; more: boolean } {
    const start = this.#placeAfter(revision)
    const end = Math.min(start + most, this.#entries.length)
    const changed: Entry[] = []
    for (let place = start; place < end; place++) {
      const entry = this.#entries[place] as Entry
      if (entry.revision === this.#revisions[place]) changed.push(entry)
    }
    const more = end < this.#entries.length
    return { changed, reached: more ? (this.#revisions[end - 1] ?? revision) : this.#revision, more }
  }

  /** Forgets outdated places and what is gone. */
  compact(): void {
    const entries: Entry[] = []
    const revisions: number[] = []
    for (const [place, entry] of this.#entries.entries()) {
      const revision = this.#revisions[place] as number
      if (entry.gone) this.#floor = revision
      else if (entry.revision === revision) {
        entries.push(entry)
        revisions.push(revision)
      }
    }
    this.#entries = entries
    this.#revisions = revisions
  }

  /** The first place after a revision. */
  #placeAfter(revision: number): number {
    let low = 0
    let high = this.#revisions.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#revisions[middle] as number) <= revision) low = middle + 1
      else high = middle
    }
    return low
  }
}
