import type { Clock } from '#base/clock.ts'
import { sha256 } from '#base/crypto.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { Tombstone } from '#shared/contract/inventory.ts'
import type { Review, ReviewedOwner } from '#shared/contract/review.ts'
import { isChanged, ownerChanges, type ReviewDecision } from '#shared/domain/review.ts'
import type { InventoryUser } from '../../clients/opencti/inventory-user.ts'
import { type ActionLedger, recorded } from '../../ports/action-ledger.ts'
import type { Signer } from '../../ports/signer.ts'
import { type Platforms, sightOf } from '../sessions.ts'
import { reviewHtml } from './review-html.ts'
import { readEverybody, type WholeReading } from './review-reading.ts'
import { type ReviewReport, reviewName, reviewReport } from './review-report.ts'
import type { OwnerBody, OwnerFilter, ReviewFacts, ReviewStore } from './review-store.ts'

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

/** Characters of a report that travel at a time. */
const PIECE = 200_000

/** Access reviews: read, compared with the last one, decided by owner, signed and kept (T-18). */
export class ReviewService {
  readonly #parts: ReviewParts
  /** one at a time for each connection */
  readonly #beginning = new Map<string, Promise<Review>>()
  /** being signed: nothing of them may change any more */
  readonly #finishing = new Set<string>()

  constructor(parts: ReviewParts) {
    this.#parts = parts
  }

  list(connectionId: string): Review[] {
    return this.#parts.store.list(connectionId)
  }

  /** @throws ProblemError `old-platform`, `missing-capability`, `ledger-failed`, and what reading fails with */
  begin(connectionId: string): Promise<Review> {
    const open = this.list(connectionId).find(({ finishedAt }) => finishedAt === null)
    if (open) return Promise.resolve(open)
    let begun = this.#beginning.get(connectionId)
    if (!begun) {
      begun = this.#begin(connectionId).finally(() => this.#beginning.delete(connectionId))
      this.#beginning.set(connectionId, begun)
    }
    return begun
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
  }): Review {
    this.#openOne(asked.id)
    this.#parts.store.decide(asked.id, asked.who, asked.decision, asked.note)
    return this.#of(asked.id)
  }

  /** @throws ProblemError `review-undecided`, `keychain-*`, `ledger-failed`: then it is still open */
  async finish(id: string): Promise<Review> {
    const { store, ledger, clock, signer } = this.#parts
    const review = this.#openOne(id)
    if (review.open > 0) throw new ProblemError('review-undecided')
    const finishedAt = clock.now()
    const { keep, revoke, ask } = review.decided as Record<ReviewDecision, number>
    const facts = {
      review: id,
      connectionId: review.connectionId,
      url: review.url,
      actor: review.actor,
      owners: review.owners,
      tokens: review.tokens,
      keep,
      revoke,
      ask,
    }
    this.#finishing.add(id)
    await recorded(
      ledger,
      'review.finish',
      facts,
      async () => {
        const signed = await signer.sign(this.#report({ ...review, finishedAt }))
        const digest = sha256(signed).toString('hex')
        store.change(id, { finishedAt, digest })
        return digest
      },
      (digest) => ({ digest }),
    ).finally(() => this.#finishing.delete(id))
    return this.#of(id)
  }

  discard(id: string): void {
    this.#openOne(id)
    this.#parts.store.remove(id)
  }

  toRevoke(id: string): { userId: string; tokenIds: string[] }[] {
    this.#of(id)
    return [...this.#parts.store.all(id)]
      .filter(({ decision, tokens }) => decision === 'revoke' && tokens.length > 0)
      .map(({ id: userId, tokens }) => ({ userId, tokenIds: tokens.map((token) => token.id) }))
  }

  /** The same bytes each time. @throws ProblemError `review-undecided` of an open one, `keychain-*` */
  async report(id: string, format: 'json' | 'html'): Promise<Generator<string>> {
    const review = this.#of(id)
    if (review.finishedAt === null) throw new ProblemError('review-undecided')
    const { signer } = this.#parts
    const report = this.#report(review)
    const signed = await signer.sign(report)
    if (format === 'json') return pieces(signed)
    const { fingerprint } = await signer.publicKey()
    const digest = sha256(signed).toString('hex')
    return pieces(reviewHtml(report, { digest, fingerprint, file: `${reviewName(review)}.json` }))
  }

  /** The connection is removed: so is everything known of it. */
  forget(connectionId: string): void {
    this.#parts.store.forget(connectionId)
  }

  async #begin(connectionId: string): Promise<Review> {
    const { platforms, describe, store, ledger, clock, unique } = this.#parts
    const identity = await platforms.use(connectionId, async (session) => session.identity)
    const { name, url } = describe(connectionId) ?? { name: '', url: '' }
    const reading = await readEverybody((work) => platforms.use(connectionId, work), clock)
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
    const owners = this.#compared(connectionId, reading, last)
    const told = { review: facts.id, connectionId, url, actor: identity.email, owners: owners.length }
    await recorded(ledger, 'review.begin', told, () => store.add(facts, owners))
    return this.#of(facts.id)
  }

  /** Everybody who holds a token, or held one at the last review, by name. */
  #compared(connectionId: string, reading: WholeReading, last: Review | null): OwnerBody[] {
    const before = new Map<string, ReviewedOwner>()
    // Who held nothing then is as new as who was not there.
    if (last)
      for (const owner of this.#parts.store.all(last.id))
        if (owner.tokens.length > 0) before.set(owner.id, owner)
    const times = {
      before: last ? last.readAt + last.clockSkewMs : 0,
      now: reading.readAt + reading.clockSkewMs,
    }
    const owners: OwnerBody[] = []
    const add = (then: ReviewedOwner | null, now: InventoryUser | null): void => {
      const held = now && { ...now.owner, capabilities: now.capabilities, tokens: now.tokens }
      const changes = ownerChanges(then, held, times)
      const who = now?.owner ?? then
      if (!who) return
      owners.push({
        id: who.id,
        name: who.name,
        email: who.email,
        accountStatus: who.accountStatus,
        serviceAccount: who.serviceAccount,
        capabilities: [...(now?.capabilities ?? [])],
        tokens: (now?.tokens ?? []).map((token) => ({
          ...token,
          marks: last ? [...(changes.marks.get(token.id) ?? [])] : [],
        })),
        vanished: changes.vanished.map(({ id, name, maskedToken, createdAt, expiresAt, lastUsedAt }) => {
          const fate = this.#parts.fateOf(connectionId, id)
          return { id, name, maskedToken, createdAt, expiresAt, lastUsedAt, fate }
        }),
        gained: [...changes.gained],
        lost: [...changes.lost],
        statusBefore: changes.statusBefore,
        isNew: last !== null && changes.isNew,
        isGone: changes.isGone,
        // Nothing is known to have changed at the first one.
        changed: last !== null && isChanged(changes),
      })
    }
    for (const user of reading.users) {
      const then = before.get(user.owner.id) ?? null
      before.delete(user.owner.id)
      if (user.tokens.length > 0 || then) add(then, user)
    }
    for (const then of before.values()) add(then, null)
    return owners.sort((one, other) => (one.name === other.name ? 0 : one.name < other.name ? -1 : 1))
  }

  #report(review: Review): ReviewReport {
    return reviewReport(review, [...this.#parts.store.all(review.id)])
  }

  #of(id: string): Review {
    const review = this.#parts.store.review(id)
    if (!review) throw new ProblemError('review-not-found')
    return review
  }

  /** SECURITY: what was signed stays as it was signed. */
  #openOne(id: string): Review {
    const review = this.#of(id)
    if (review.finishedAt !== null || this.#finishing.has(id)) throw new ProblemError('review-finished')
    return review
  }
}

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE)
}
