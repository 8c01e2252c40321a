import { type Database, transaction } from '#base/sqlite.ts'
import type { Review, ReviewedOwner } from '#shared/contract/review.ts'
import type { ReviewDecision } from '#shared/domain/review.ts'

/** For each connection; the oldest go first, and the newest finished one never does. */
const MOST_REVIEWS = 20

/** What is known of a review besides what its owners' rows count. */
export type ReviewFacts = Pick<
  Review,
  | 'id'
  | 'connectionId'
  | 'connectionName'
  | 'url'
  | 'actor'
  | 'readAt'
  | 'scope'
  | 'clockSkewMs'
  | 'finishedAt'
  | 'digest'
  | 'previous'
  | 'comparable'
> & {
  /** whose token read it */
  readonly actorId: string
}

/** An owner as the review found them; the decision stands beside it. */
export type OwnerBody = Omit<ReviewedOwner, 'place' | 'decision' | 'note'>

interface OwnerRow {
  readonly place: number
  readonly body: string
  readonly decision: ReviewDecision | null
  readonly note: string
}

export type OwnerFilter = 'changed' | 'open' | 'all'

const CONDITIONS: Readonly<Record<OwnerFilter, string>> = {
  changed: 'changed = 1',
  open: 'held > 0 AND decision IS NULL',
  all: '1',
}

/** Access reviews in the console's database, finished and open ones. Never a token's value. */
export class ReviewStore {
  readonly #database: Database
  /** of finished ones, which change no more: their rows are counted once */
  readonly #settled = new Map<string, Review>()

  constructor(database: Database) {
    this.#database = database
  }

  /** A new one with its owners, all of it or nothing. */
  add(facts: ReviewFacts, owners: readonly OwnerBody[]): void {
    const { id, connectionId } = facts
    transaction(this.#database, () => {
      this.#database
        .prepare('INSERT INTO review (id, connection_id, body) VALUES (?, ?, ?)')
        .run(id, connectionId, JSON.stringify(facts))
      const put = this.#database.prepare(
        'INSERT INTO review_owner (review, place, changed, held, search, body) VALUES (?, ?, ?, ?, ?, ?)',
      )
      owners.forEach((owner, place) => {
        const search = `${owner.name}\n${owner.email}`.toLocaleLowerCase()
        put.run(id, place, owner.changed ? 1 : 0, owner.tokens.length, search, JSON.stringify(owner))
      })
      this.#database
        .prepare(
          `DELETE FROM review WHERE connection_id = ? AND place NOT IN (
             SELECT place FROM review WHERE connection_id = ? ORDER BY place DESC LIMIT ?)`,
        )
        .run(connectionId, connectionId, MOST_REVIEWS)
    })
  }

  /** The newest first. */
  list(connectionId: string): Review[] {
    const rows = this.#database
      .prepare('SELECT body FROM review WHERE connection_id = ? ORDER BY place DESC')
      .all(connectionId) as { body: string }[]
    return rows.map(({ body }) => this.#counted(JSON.parse(body) as ReviewFacts))
  }

  facts(id: string): ReviewFacts | null {
    const row = this.#database.prepare('SELECT body FROM review WHERE id = ?').get(id)
    return row ? JSON.parse((row as { body: string }).body) : null
  }

  review(id: string): Review | null {
    const facts = this.facts(id)
    return facts && this.#counted(facts)
  }

  /** @returns those that fit, after `after`, and how many fit in all */
  owners(
    id: string,
    {
      show,
      search,
      after,
      first,
    }: { show: OwnerFilter; search: string; after: number | null; first: number },
  ): { owners: ReviewedOwner[]; total: number; more: boolean } {
    const where = `review = ? AND ${CONDITIONS[show]} AND instr(search, ?) > 0`
    const wanted = search.trim().toLocaleLowerCase()
    const { total } = this.#database
      .prepare(`SELECT count(*) AS total FROM review_owner WHERE ${where}`)
      .get(id, wanted) as { total: number }
    const rows = this.#database
      .prepare(`SELECT * FROM review_owner WHERE ${where} AND place > ? ORDER BY place LIMIT ?`)
      .all(id, wanted, after ?? -1, first + 1) as unknown as OwnerRow[]
    return { owners: rows.slice(0, first).map(ownerOf), total, more: rows.length > first }
  }

  /** Every owner, in order. */
  *all(id: string): Iterable<ReviewedOwner> {
    const rows = this.#database.prepare('SELECT * FROM review_owner WHERE review = ? ORDER BY place')
    for (const row of rows.iterate(id)) yield ownerOf(row as unknown as OwnerRow)
  }

  decide(
    id: string,
    who: 'unchanged' | readonly number[],
    decision: ReviewDecision | null,
    note: string,
  ): void {
    const set = 'UPDATE review_owner SET decision = ?, note = ? WHERE review = ? AND held > 0'
    transaction(this.#database, () => {
      if (who === 'unchanged') {
        this.#database.prepare(`${set} AND changed = 0 AND decision IS NULL`).run(decision, note, id)
        return
      }
      const one = this.#database.prepare(`${set} AND place = ?`)
      for (const place of who) one.run(decision, note, id, place)
    })
  }

  change(id: string, change: Partial<ReviewFacts>): void {
    const facts = this.facts(id)
    if (!facts) return
    this.#database
      .prepare('UPDATE review SET body = ? WHERE id = ?')
      .run(JSON.stringify({ ...facts, ...change }), id)
  }

  remove(id: string): void {
    this.#database.prepare('DELETE FROM review WHERE id = ?').run(id)
  }

  forget(connectionId: string): void {
    this.#database.prepare('DELETE FROM review WHERE connection_id = ?').run(connectionId)
  }

  #counted({ actorId: _, ...facts }: ReviewFacts): Review {
    const settled = this.#settled.get(facts.id)
    if (settled) return settled
    const counts = this.#database
      .prepare(
        `SELECT coalesce(sum(held > 0), 0) AS owners, coalesce(sum(held), 0) AS tokens, coalesce(sum(changed), 0) AS changed,
           coalesce(sum(decision = 'keep'), 0) AS keep, coalesce(sum(decision = 'revoke'), 0) AS revoke,
           coalesce(sum(decision = 'ask'), 0) AS ask,
           coalesce(sum(held > 0 AND decision IS NULL), 0) AS open,
           coalesce(sum(held > 0 AND decision IS NULL AND changed = 0), 0) AS openUnchanged
         FROM review_owner WHERE review = ?`,
      )
      .get(facts.id) as Record<'keep' | 'revoke' | 'ask', number> &
      Pick<Review, 'owners' | 'tokens' | 'changed' | 'open' | 'openUnchanged'>
    const { keep, revoke, ask, ...rest } = counts
    const review = { ...facts, ...rest, decided: { keep, revoke, ask } }
    if (review.finishedAt !== null) this.#settled.set(review.id, review)
    return review
  }
}

function ownerOf({ place, body, decision, note }: OwnerRow): ReviewedOwner {
  return { place, ...(JSON.parse(body) as OwnerBody), decision, note }
}
