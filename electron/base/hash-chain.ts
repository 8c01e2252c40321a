import { equalDigests, hmac } from './crypto.ts'

/**
 * A chain of records in which each carries the keyed digest of itself and of the one before: a changed, dropped, swapped
 * or inserted record breaks every digest from there on. The head (count and last digest), kept elsewhere, tells a cut tail.
 */
export interface ChainedRecord {
  /** 1, 2, 3 … without a gap */
  readonly sequence: number
  /** canonical text of what happened; the exact bytes that were digested */
  readonly body: string
  /** HMAC-SHA-256 over the previous digest, the sequence and the body */
  readonly digest: Uint8Array
}

/** A record as it is read back; a body that is given as bytes is digested as it lies there, valid text or not. */
export interface StoredRecord {
  readonly sequence: number
  readonly body: string | Uint8Array
  readonly digest: Uint8Array
}

export interface ChainHead {
  readonly count: number
  readonly digest: Uint8Array
}

/** What the first record follows. */
export const EMPTY_CHAIN: ChainHead = { count: 0, digest: new Uint8Array(32) }

/** The record that follows `head`. */
export function chainRecord(key: Uint8Array, head: ChainHead, body: string): ChainedRecord {
  const sequence = head.count + 1
  return { sequence, body, digest: digestOf(key, head.digest, sequence, body) }
}

export type ChainVerdict =
  | { readonly ok: true; readonly head: ChainHead }
  /** `sequence` is the first place where the chain is not what was written */
  | { readonly ok: false; readonly sequence: number; readonly why: 'changed' | 'missing' | 'cut' }

/**
 * Walks the records in order. `expected` is the head as it was kept elsewhere; without it a cut tail cannot be seen.
 */
export function verifyChain(
  key: Uint8Array,
  records: Iterable<StoredRecord>,
  expected?: ChainHead,
): ChainVerdict {
  let head = EMPTY_CHAIN
  for (const record of records) {
    const next = followChain(key, head, record)
    if (typeof next === 'string') return { ok: false, sequence: head.count + 1, why: next }
    head = next
  }
  if (expected && (expected.count !== head.count || !equalDigests(expected.digest, head.digest))) {
    return { ok: false, sequence: head.count + 1, why: 'cut' }
  }
  return { ok: true, head }
}

/** One step of the walk: the head after `record`, or why it is not the record that follows `head`. */
export function followChain(
  key: Uint8Array,
  head: ChainHead,
  record: StoredRecord,
): ChainHead | 'changed' | 'missing' {
  const sequence = head.count + 1
  if (record.sequence !== sequence) return 'missing'
  const digest = digestOf(key, head.digest, sequence, record.body)
  return equalDigests(digest, record.digest) ? { count: sequence, digest } : 'changed'
}

function digestOf(
  key: Uint8Array,
  previous: Uint8Array,
  sequence: number,
  body: string | Uint8Array,
): Buffer {
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(BigInt(sequence))
  return hmac(key, previous, number, body)
}
