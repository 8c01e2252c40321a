import type { InventoryDelta, InventoryOwner, InventoryToken } from '#shared/contract/inventory.ts'
import type { Token } from '#shared/contract/tokens.ts'
import { type CrowdPlace, type Findings, judge, TokenCrowd } from '#shared/domain/findings.ts'
import type { TokenPolicy } from '#shared/domain/token-policy.ts'
import { ChangeLog } from './change-log.ts'

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
  place: CrowdPlace
  gone: boolean
  revision: number
}

type Entry = OwnerEntry | TokenEntry

const isToken = (entry: Entry): entry is TokenEntry => 'token' in entry

/** What a user's list says that was not known before. */
export interface Difference {
  readonly appeared: readonly Token[]
  readonly vanished: readonly Token[]
  /** when this user was read the last time before, our clock; null: never */
  readonly lastReadAt: number | null
}

export interface ListedRow {
  readonly owner: OwnerFacts
  readonly token: Token
  readonly findings: Findings
}

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
  /** when each user was read, with tokens or without: our clock before the question */
  readonly #readAt = new Map<string, number>()
  /** tokens by their numbers, with holes */
  readonly #byNumber: (TokenEntry | undefined)[] = []
  readonly #crowd = new TokenCrowd()
  readonly #log = new ChangeLog<Entry>()
  #numbers = 0
  #tokens = 0

  /** @param epoch tells this table's numbers from those of every other */
  constructor(epoch: string) {
    this.#epoch = epoch
  }

  /** Grows with each change. */
  get revision(): number {
    return this.#log.revision
  }

  /** How many tokens there are. */
  get size(): number {
    return this.#tokens
  }

  /** A user who holds tokens. */
  owner(id: string): OwnerFacts | undefined {
    return this.#owners.get(id)?.facts
  }

  /** Everybody who holds tokens, each with the time they were read. */
  *holdings(): Iterable<Holding & { readonly readAt: number }> {
    for (const { facts, tokens } of this.#owners.values()) {
      const readAt = this.#readAt.get(facts.id) ?? 0
      yield { owner: facts, tokens: [...tokens.values()].map(({ token }) => token), readAt }
    }
  }

  /** What is wrong with each token, as `judge` has it; the rows may change while this is read. */
  *findings(policy: TokenPolicy, now: number): Iterable<Findings> {
    for (const { owner, token, place } of this.#entries()) yield judge(token, owner.facts, place, policy, now)
  }

  /** Whether the numbers of a copy at `cursor` are this table's. */
  knows(cursor: string | null): boolean {
    return this.#place(cursor) !== null
  }

  /** Rows by their numbers, in that order and without those that are gone; null: all. */
  *listed(numbers: readonly number[] | null, policy: TokenPolicy, now: number): Iterable<ListedRow> {
    const entries =
      numbers === null ? this.#entries() : numbers.flatMap((number) => this.#byNumber[number] ?? [])
    for (const { owner, token, place } of entries) {
      yield { owner: owner.facts, token, findings: judge(token, owner.facts, place, policy, now) }
    }
  }

  /**
   * Takes what a user holds now in place of what they held.
   * @param askedAt our clock before the question; an answer to an older question than the last one changes nothing
   * @returns null when it was too old
   */
  put({ owner: facts, tokens }: Holding, askedAt: number): Difference | null {
    const lastReadAt = this.#readAt.get(facts.id) ?? null
    if (lastReadAt !== null && askedAt < lastReadAt) return null
    this.#readAt.set(facts.id, askedAt)
    const appeared: Token[] = []
    const known = this.#owners.get(facts.id)
    if (!known && tokens.length === 0) return { appeared, vanished: [], lastReadAt }
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
      if (!entry) {
        this.#add(owner, token)
        appeared.push(token)
      } else {
        owner.tokens.set(token.id, entry)
        if (!sameFields(entry.token, token)) {
          if (entry.token.name !== token.name || entry.token.maskedToken !== token.maskedToken) {
            this.#crowd.remove(entry.place)
            entry.place = this.#crowd.add(token, owner.number)
          }
          entry.token = token
          this.#changed(entry)
        }
      }
    }
    for (const entry of left.values()) this.#remove(entry)
    if (owner.tokens.size === 0) this.#owners.delete(facts.id)
    return { appeared, vanished: [...left.values()].map(({ token }) => token), lastReadAt }
  }

  /** Forgets a user who is out of sight; that says nothing of their tokens. */
  drop(ownerId: string): void {
    const owner = this.#owners.get(ownerId)
    for (const entry of owner?.tokens.values() ?? []) this.#remove(entry)
    this.#owners.delete(ownerId)
    this.#readAt.delete(ownerId)
  }

  /**
   * The next piece of what changed since a copy was at `cursor`.
   * @param cursor null, or one of another table: everything, and the copy starts anew
   */
  delta(cursor: string | null): InventoryDelta {
    const since = this.#place(cursor)
    const from = since ?? 0
    const { changed, reached, more } = this.#log.after(from, CHANGES_A_PIECE)
    const owners = new Map<number, OwnerEntry>()
    const tokens: InventoryToken[] = []
    const removed: number[] = []
    for (const entry of changed) {
      if (!isToken(entry)) owners.set(entry.number, entry)
      else if (entry.gone) removed.push(entry.number)
      else {
        // Its own place in the log may come later, if it changed since.
        if (entry.owner.revision > from) owners.set(entry.owner.number, entry.owner)
        tokens.push({ ...entry.token, row: entry.number, owner: entry.owner.number })
      }
    }
    return {
      reset: since === null,
      owners: [...owners.values()].map(({ number, facts }) => ({ ...facts, owner: number })),
      tokens,
      removed,
      cursor: `${this.#epoch}.${reached}`,
      more,
      revision: reached,
    }
  }

  *#entries(): Iterable<TokenEntry> {
    for (const { tokens } of this.#owners.values()) yield* tokens.values()
  }

  #add(owner: OwnerEntry, token: Token): void {
    const place = this.#crowd.add(token, owner.number)
    const entry: TokenEntry = { number: this.#numbers++, owner, token, place, gone: false, revision: 0 }
    owner.tokens.set(token.id, entry)
    this.#byNumber[entry.number] = entry
    this.#tokens += 1
    this.#changed(entry)
  }

  #remove(entry: TokenEntry): void {
    entry.gone = true
    this.#byNumber[entry.number] = undefined
    this.#crowd.remove(entry.place)
    this.#tokens -= 1
    this.#changed(entry)
  }

  #changed(entry: Entry): void {
    this.#log.add(entry)
    if (this.#log.length > 2 * (this.#tokens + this.#owners.size) + SLACK) this.#log.compact()
  }

  /** The revision that a cursor stands for; null: the copy has to start anew. */
  #place(cursor: string | null): number | null {
    const [epoch, revision] = (cursor ?? '').split('.')
    const place = Number(revision)
    const usable = epoch === this.#epoch && Number.isInteger(place) && place >= this.#log.floor
    return usable && place <= this.#log.revision ? place : null
  }
}

/** For plain records of the same fields. */
function sameFields<Fields extends object>(one: Fields, other: Fields): boolean {
  for (const key in one) if (one[key] !== other[key]) return false
  return true
}
