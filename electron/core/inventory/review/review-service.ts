import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '#base/clock.ts'
import { KeyedQueue } from '#base/keyed-queue.ts'
import { ProblemError } from '#base/problem-error.ts'
import { listText } from '#base/signature.ts'
import type { Tombstone } from '#shared/contract/inventory.ts'
import type { Review } from '#shared/contract/review.ts'
import type { ReviewDecision } from '#shared/domain/review.ts'
import { type ActionLedger, recorded } from '../../ports/action-ledger.ts'
import type { Signer } from '../../ports/signer.ts'
import { type Platforms, sightOf } from '../sessions.ts'
import { compared } from './comparison.ts'
import { ReviewPage } from './review-html.ts'
import { readEverybody } from './review-reading.ts'
import { REPORTED_OWNERS, reviewName, reviewReport } from './review-report.ts'
import type { OwnerBody, OwnerFilter, Pause, ReviewFacts, ReviewStore } from './review-store.ts'

export interface ReviewParts {
  readonly platforms: Platforms
  /** name and address of a connection; null: there is none */
  readonly describe: (connectionId: string) => { readonly name: string; readonly url: string } | null
  /** what the console knows of a token that is listed no more */
  readonly fateOf: (connectionId: string, tokenId: string) => Tombstone['fate'] | null
  readonly store: ReviewStore
  readonly signer: Signer
  readonly ledger: ActionLedger
  readonly clock: Clock
  /** a text that no earlier call gave */
  readonly unique: () => string
}

/**
 * Access reviews: read, compared with the last one, decided by owner, signed and kept (T-18). What concerns every owner is
 * done slice by slice, and ends at the end of the console (0141).
 */
export class ReviewService {
  readonly #parts: ReviewParts
  readonly #end = new AbortController()
  /** one at a time for each connection */
  readonly #beginning = new Map<string, { review: Promise<Review>; cancel: AbortController }>()
  /** what changes one review, one after the other */
  readonly #queue = new KeyedQueue()
  /** being stored: not to be swept away */
  readonly #stored = new Set<string>()
  /** what is at work on the database, slice by slice */
  readonly #deeds = new Set<Promise<unknown>>()

  constructor(parts: ReviewParts) {
    this.#parts = parts
  }

  /** Takes away what a console that was killed left of one that was being stored or removed. */
  start(): Promise<void> {
    return this.#sweep()
  }

  list(connectionId: string): Review[] {
    return this.#parts.store.list(connectionId)
  }

  /** @throws ProblemError `old-platform`, `missing-capability`, `ledger-failed`, `stopping`, and what reading fails with */
  begin(connectionId: string): Promise<Review> {
    const open = this.list(connectionId).find(({ finishedAt }) => finishedAt === null)
    if (open) return Promise.resolve(open)
    let begun = this.#beginning.get(connectionId)
    if (!begun) {
      const cancel = new AbortController()
      const signal = AbortSignal.any([this.#end.signal, cancel.signal])
      const review = this.#begin(connectionId, signal).finally(() => this.#beginning.delete(connectionId))
      begun = { review, cancel }
      this.#beginning.set(connectionId, begun)
    }
    return begun.review
  }

  owners(asked: { id: string; show: OwnerFilter; search: string; after: number | null; first: number }) {
    this.#of(asked.id)
    return this.#parts.store.owners(asked.id, asked)
  }

  decide(asked: {
    id: string
    who: 'unchanged' | readonly number[]
    decision: ReviewDecision | null
    note: string
  }): Promise<Review> {
    const { id, who, decision, note } = asked
    return this.#queue.run(id, async () => {
      this.#openOne(id)
      await this.#deed(this.#parts.store.decide(id, who, decision, note, this.#pause))
      return this.#of(id)
    })
  }

  /** @throws ProblemError `review-undecided`, `keychain-*`, `ledger-failed`: then it is still open */
  finish(id: string): Promise<Review> {
    return this.#queue.run(id, async () => {
      const review = this.#openOne(id)
      if (review.open > 0) throw new ProblemError('review-undecided')
      const finished = { ...review, finishedAt: this.#parts.clock.now() }
      const { connectionId, url, actor, owners, tokens } = review
      const { keep, revoke, ask } = review.decided as Record<ReviewDecision, number>
      await recorded(
        this.#parts.ledger,
        'review.finish',
        { review: id, connectionId, url, actor, owners, tokens, keep, revoke, ask },
        () => this.#deed(this.#sign(finished)),
        (digest) => ({ digest }),
      )
      return this.#of(id)
    })
  }

  discard(id: string): Promise<void> {
    return this.#queue.run(id, async () => {
      this.#openOne(id)
      this.#parts.store.hide(id)
      await this.#sweep()
    })
  }

  async toRevoke(id: string): Promise<{ userId: string; tokenIds: string[] }[]> {
    this.#of(id)
    const found: { userId: string; tokenIds: string[] }[] = []
    for await (const owners of this.#parts.store.all(id, this.#pause))
      for (const { id: userId, decision, tokens } of owners)
        if (decision === 'revoke' && tokens.length > 0)
          found.push({ userId, tokenIds: tokens.map((token) => token.id) })
    return found
  }

  /** Its text in pieces, the same bytes each time. @throws ProblemError `review-undecided` of an open one, `keychain-*` */
  async *report(id: string, format: 'json' | 'html'): AsyncGenerator<string> {
    const review = this.#of(id)
    if (review.finishedAt === null) throw new ProblemError('review-undecided')
    const page = format === 'html' ? new ReviewPage() : null
    const { head, pieces, digest } = await this.#signed(review, page)
    const { fingerprint } = await this.#parts.signer.publicKey()
    const file = `${reviewName(review)}.json`
    for (const piece of page?.pieces(head, { digest, fingerprint, file }) ?? pieces) {
      yield piece
      await this.#pause()
    }
  }

  /** The connection is removed: so is everything known of it. */
  forget(connectionId: string): void {
    this.#beginning.get(connectionId)?.cancel.abort(new ProblemError('no-connection'))
    this.#parts.store.forget(connectionId)
    void this.#sweep()
  }

  /** Ends what is under way, and resolves when nothing of it is at work on the databases any more. */
  async dispose(): Promise<void> {
    this.#end.abort(new ProblemError('stopping'))
    while (this.#deeds.size > 0) await Promise.allSettled(this.#deeds)
  }

  async #begin(connectionId: string, signal: AbortSignal): Promise<Review> {
    const { platforms, describe, store, ledger, clock, unique, fateOf } = this.#parts
    const identity = await unlessAborted(
      platforms.use(connectionId, async (session) => session.identity),
      signal,
    )
    const { name, url } = describe(connectionId) ?? { name: '', url: '' }
    const reading = await unlessAborted(
      readEverybody((work) => platforms.use(connectionId, work), clock, signal),
      signal,
    )
    const pause = pausing(signal)
    const last = this.list(connectionId).find(({ finishedAt }) => finishedAt !== null) ?? null
    const { scope } = sightOf(identity)
    const before = last && store.facts(last.id)
    const facts: ReviewFacts = {
      id: unique(),
      connectionId,
      connectionName: name,
      url,
      actor: identity.email,
      actorId: identity.userId,
      readAt: reading.readAt,
      scope,
      clockSkewMs: reading.clockSkewMs,
      finishedAt: null,
      digest: null,
      previous:
        last?.finishedAt && last.digest
          ? { id: last.id, finishedAt: last.finishedAt, digest: last.digest }
          : null,
      comparable: before === null || (before.scope === scope && before.actorId === identity.userId),
    }
    const owners = await compared(
      reading,
      last && { review: last, owners: store.all(last.id, pause) },
      (tokenId) => fateOf(connectionId, tokenId),
      pause,
    )
    const told = { review: facts.id, connectionId, url, actor: identity.email, owners: owners.length }
    await recorded(ledger, 'review.begin', told, () => this.#deed(this.#store(facts, owners, pause)))
    return this.#of(facts.id)
  }

  async #store(facts: ReviewFacts, owners: readonly OwnerBody[], pause: Pause): Promise<void> {
    this.#stored.add(facts.id)
    try {
      await pause()
      await this.#parts.store.add(facts, owners, pause)
    } finally {
      this.#stored.delete(facts.id)
      void this.#sweep()
    }
  }

  /** @returns the digest of the signed file */
  async #sign(finished: Review): Promise<string> {
    const { digest } = await this.#signed(finished, null)
    this.#parts.store.change(finished.id, { finishedAt: finished.finishedAt, digest })
    return digest
  }

  /** The signed file of a review, in pieces. @param page is filled beside it */
  async #signed(review: Review, page: ReviewPage | null) {
    const pause = this.#pause
    const texts: string[] = []
    const head = await reviewReport(review, this.#parts.store.all(review.id, pause), (owners) => {
      texts.push(listText(owners))
      page?.add(owners)
    })
    const pieces = await unlessAborted(
      this.#parts.signer.signLong(head, { name: REPORTED_OWNERS, texts }, pause),
      this.#end.signal,
    )
    return { head, pieces, digest: await digestOf(pieces, pause) }
  }

  /** Never rejects: what is left stays hidden, and the next start tries again. */
  #sweep(): Promise<void> {
    return this.#deed(this.#parts.store.sweep((id) => this.#stored.has(id), pausing(null)).catch(() => {}))
  }

  #deed<Result>(work: Promise<Result>): Promise<Result> {
    const deed = work.finally(() => this.#deeds.delete(deed))
    this.#deeds.add(deed)
    return deed
  }

  readonly #pause: Pause = () => pausing(this.#end.signal)()

  #of(id: string): Review {
    // Who waited in the queue until the end of the console finds no database.
    this.#end.signal.throwIfAborted()
    const review = this.#parts.store.review(id)
    if (!review) throw new ProblemError('review-not-found')
    return review
  }

  /** SECURITY: what was signed stays as it was signed. */
  #openOne(id: string): Review {
    const review = this.#of(id)
    if (review.finishedAt !== null) throw new ProblemError('review-finished')
    return review
  }
}

/** A turn for others, and none of ours any more once `signal` says so. */
const pausing =
  (signal: AbortSignal | null): Pause =>
  async () => {
    await turn()
    signal?.throwIfAborted()
  }

/** `work`, or the signal's reason as soon as it is aborted. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function digestOf(pieces: readonly string[], pause: Pause): Promise<string> {
  const hash = createHash('sha256')
  for (const piece of pieces) {
    hash.update(piece)
    await pause()
  }
  return hash.digest('hex')
}
