import { type ChainHead, EMPTY_CHAIN, followChain } from '#base/hash-chain.ts'
import type { ChainName, LedgerRow } from './ledger-database.ts'

/**
 * changed: the record is not what was written · missing: one or more are missing before it · cut: it and all after it are
 * gone · unanchored: the head kept beside the keys was gone when it was written, or is now, so that records before it may
 * be missing
 */
export type LedgerBreak = {
  readonly place: number
  readonly why: 'changed' | 'missing' | 'cut' | 'unanchored'
}

/** What is known of a chain from outside the ledger's file. */
export interface ChainKnown {
  /** null: out of reach, so that only order and links of its records can be checked */
  readonly key: Uint8Array | null
  /** null: not there, or not sealed with the key */
  readonly head: ChainHead | null
}

/**
 * What a record follows whose chain's head was taken away.
 * SECURITY: a digest that no chain has, so that an emptied ledger never looks like a young one (decision 0095).
 */
export const LOST_DIGEST = new Uint8Array(32).fill(0xff)

/** Where a record that begins a run of its chain says what stood before it: `chain:sequence:digest`. */
export const linkTo = (record: Pick<LedgerRow, 'chain' | 'sequence' | 'digest'>): string =>
  `${record.chain}:${record.sequence}:${Buffer.from(record.digest).toString('hex')}`

/** Walks the ledger record by record in the order of everything and names the first break (L-02). */
export class LedgerWalk {
  readonly #known: Readonly<Record<ChainName, ChainKnown>>
  readonly #heads: Record<ChainName, ChainHead> = { main: EMPTY_CHAIN, fallback: EMPTY_CHAIN }
  /** the digest at the place in the chain where the head kept elsewhere stands */
  readonly #anchored: Partial<Record<ChainName, Uint8Array>> = {}
  #last: LedgerRow | null = null
  #unchecked = 0

  constructor(known: Readonly<Record<ChainName, ChainKnown>>) {
    this.#known = known
  }

  /** Records whose key is out of reach. */
  get unchecked(): number {
    return this.#unchecked
  }

  next(row: LedgerRow): LedgerBreak | null {
    const place = (this.#last?.place ?? 0) + 1
    if (row.place !== place) return { place, why: 'missing' }
    const why = this.#follow(row) ?? (this.#isLinked(row) ? null : 'missing')
    if (why) return { place, why }
    this.#last = row
    return null
  }

  /** Compares with the heads kept elsewhere, after the last record. */
  end(): LedgerBreak | null {
    const place = (this.#last?.place ?? 0) + 1
    for (const chain of ['main', 'fallback'] as const) {
      const { key, head } = this.#known[chain]
      if (key === null) continue
      if (head === null) return { place, why: 'unanchored' }
      const { count } = this.#heads[chain]
      if (count < head.count) return { place, why: 'cut' }
      const digest = head.count === 0 ? EMPTY_CHAIN.digest : this.#anchored[chain]
      if (!digest || !Buffer.from(digest).equals(head.digest)) return { place, why: 'changed' }
    }
    return null
  }

  #follow(row: LedgerRow): LedgerBreak['why'] | null {
    const { key, head } = this.#known[row.chain]
    const before = this.#heads[row.chain]
    if (key === null) {
      if (row.sequence !== before.count + 1) return 'missing'
      this.#unchecked += 1
      this.#heads[row.chain] = { count: row.sequence, digest: row.digest }
      return null
    }
    const after = followChain(key, before, row)
    if (after === 'changed') {
      const lost = { count: before.count, digest: LOST_DIGEST }
      return typeof followChain(key, lost, row) === 'string' ? 'changed' : 'unanchored'
    }
    if (after === 'missing') return 'missing'
    this.#heads[row.chain] = after
    if (after.count === head?.count) this.#anchored[row.chain] = after.digest
    return null
  }

  /** A record that does not follow one of its own chain names the one that stood before it; any other names none. */
  #isLinked(row: LedgerRow): boolean {
    const expected = this.#last && this.#last.chain !== row.chain ? linkTo(this.#last) : undefined
    return linkOf(row.body) === expected
  }
}

function linkOf(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString('utf8')
  if (!text.includes('"after"')) return undefined
  try {
    return JSON.parse(text).after
  } catch {
    return null
  }
}
