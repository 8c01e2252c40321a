import type { InventoryDelta, InventoryOwner } from '#shared/contract/inventory.ts'
import type { Token } from '#shared/contract/tokens.ts'

export type OwnerFacts = Omit<InventoryOwner, 'owner'>

/** A user with all tokens they have. */
export interface Holding {
  readonly owner: OwnerFacts
  readonly tokens: readonly Token[]
}

interface OwnerEntry {
  readonly number: number
  facts: OwnerFacts
  tokens: Map<string, TokenEntry>
  revision: number
}

interface TokenEntry {
  readonly number: number
  readonly owner: OwnerEntry
  token: Token
  gone: boolean
  revision: number
}

type Entry = OwnerEntry | TokenEntry

interface Change {
  readonly revision: number
  readonly entry: Entry
}

const isToken = (entry: Entry): entry is TokenEntry => 'token' in entry

/** Changes a piece of a delta looks at: some 300 kB on the wire, and some ms of work on both sides. */
const CHANGES_A_PIECE = 1_000
/** How much of the log may be outdated before it is written anew. */
const SLACK = 10_000

/**
 * The tokens of one platform, with a log of what changed when, so that a copy elsewhere follows by small pieces. Owners and
 * tokens have numbers that stay theirs for as long as this table lives.
 */
export class TokenTable {
  readonly #epoch: string
  readonly #owners = new Map<string, OwnerEntry>()
  /** entries in the order of their last change; an entry that changed again later stands here twice, and only its last place counts */
  #log: Change[] = []
  /** what a copy older than this has missed is not known any more */
  #floor = 0
  #revision = 0
  #numbers = 0
  #tokens = 0

  /** @param epoch tells this table's numbers from those of every other */
  constructor(epoch: string) {
    this.#epoch = epoch
  }

  /** Grows with each change. */
  get revision(): number {
    return this.#revision
  }

  /** How many tokens there are. */
  get size(): number {
    return this.#tokens
  }

  get ownerIds(): Iterable<string> {
    return this.#owners.keys()
  }

  *holdings(): Iterable<Holding> {
    for (const { facts, tokens } of this.#owners.values()) {
      yield { owner: facts, tokens: [...tokens.values()].map(({ token }) => token) }
    }
  }

  /** Takes what a user holds now in place of what they held. @returns the tokens that they hold no more */
  put({ owner: facts, tokens }: Holding): readonly Token[] {
    const known = this.#owners.get(facts.id)
    if (!known && tokens.length === 0) return []
    const owner = known ?? { number: this.#numbers++, facts, tokens: new Map(), revision: 0 }
    if (!known) this.#owners.set(facts.id, owner)
    if (!known || !sameFields(owner.facts, facts)) {
      owner.facts = facts
      this.#changed(owner)
    }
    const left = owner.tokens
    owner.tokens = new Map()
    for (const token of tokens) {
      if (owner.tokens.has(token.id)) continue
      const entry = left.get(token.id)
      left.delete(token.id)
      if (!entry) this.#add(owner, token)
      else {
        owner.tokens.set(token.id, entry)
        if (!sameFields(entry.token, token)) {
          entry.token = token
          this.#changed(entry)
        }
      }
    }
    for (const entry of left.values()) this.#remove(entry)
    if (owner.tokens.size === 0) this.#owners.delete(facts.id)
    return [...left.values()].map(({ token }) => token)
  }

  /**
   * The next piece of what changed since a copy was at `cursor`.
   * @param cursor null, or one of another table: everything, and the copy starts anew
   */
  delta(cursor: string | null): InventoryDelta {
    const since = this.#place(cursor)
    const from = since ?? 0
    const owners = new Map<number, OwnerEntry>()
    const delta: Pick<InventoryDelta, 'tokens' | 'removed'> = { tokens: [], removed: [] }
    let index = this.#after(from)
    let reached = this.#revision
    for (let seen = 0; index < this.#log.length; index++) {
      const { revision, entry } = this.#log[index] as Change
      if (seen === CHANGES_A_PIECE) break
      seen += 1
      reached = revision
      if (entry.revision !== revision) continue
      if (!isToken(entry)) owners.set(entry.number, entry)
      else if (entry.gone) delta.removed.push(entry.number)
      else {
        // Its own place in the log may come later, if it changed since.
        if (entry.owner.revision > from) owners.set(entry.owner.number, entry.owner)
        delta.tokens.push({ ...entry.token, row: entry.number, owner: entry.owner.number })
      }
    }
    const more = index < this.#log.length
    if (!more) reached = this.#revision
    return {
      ...delta,
      owners: [...owners.values()].map(({ number, facts }) => ({ ...facts, owner: number })),
      reset: since === null,
      cursor: `${this.#epoch}.${reached}`,
      more,
      revision: reached,
    }
  }

  #add(owner: OwnerEntry, token: Token): void {
    const entry: TokenEntry = { number: this.#numbers++, owner, token, gone: false, revision: 0 }
    owner.tokens.set(token.id, entry)
    this.#tokens += 1
    this.#changed(entry)
  }

  #remove(entry: TokenEntry): void {
    entry.gone = true
    this.#tokens -= 1
    this.#changed(entry)
  }

  #changed(entry: Entry): void {
    this.#revision += 1
    entry.revision = this.#revision
    this.#log.push({ revision: this.#revision, entry })
    if (this.#log.length > 2 * (this.#tokens + this.#owners.size) + SLACK) this.#compact()
  }

  #compact(): void {
    const lost = this.#log.findLast(({ entry }) => isToken(entry) && entry.gone)
    this.#floor = lost?.revision ?? this.#floor
    this.#log = this.#log.filter(
      ({ revision, entry }) => entry.revision === revision && !(isToken(entry) && entry.gone),
    )
  }

  /** The revision that a cursor stands for; null: the copy has to start anew. */
  #place(cursor: string | null): number | null {
    const [epoch, revision] = (cursor ?? '').split('.')
    const place = Number(revision)
    const usable = epoch === this.#epoch && Number.isInteger(place) && place >= this.#floor
    return usable && place <= this.#revision ? place : null
  }

  /** Index of the first change after `revision`. */
  #after(revision: number): number {
    let low = 0
    let high = this.#log.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#log[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** For plain records of the same fields. */
function sameFields<Fields extends object>(one: Fields, other: Fields): boolean {
  for (const key in one) if (one[key] !== other[key]) return false
  return true
}
