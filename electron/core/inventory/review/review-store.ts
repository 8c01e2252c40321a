import { ProblemError } from '#base/problem-error.ts'
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

/** Lets others have their turn. @throws what ends the work, instead of coming back */
export type Pause = () => Promise<void>

/** The most of a slice: a few milliseconds of work. */
const ROWS = 250
const CHARACTERS = 400_000

/** What is worked on without a pause; one owner may hold as much as hundreds of others. */
class Slice {
  #rows = 0
  #characters = 0

  get hasRoom(): boolean {
    return this.#rows < ROWS && this.#characters < CHARACTERS
  }

  add(body: string): string {
    this.#rows += 1
    this.#characters += body.length
    return body
  }
}

export type OwnerFilter = 'changed' | 'open' | 'all'

const CONDITIONS: Readonly<Record<OwnerFilter, string>> = {
  changed: 'changed = 1',
  open: 'held > 0 AND decision IS NULL',
  all: '1',
}

/**
 * Access reviews in the console's database, finished and open ones. Never a token's value. What concerns every owner is done
 * in slices with a pause between them, since all of it at once would hold up everything else (0141).
 */
export class ReviewStore {
  readonly #database: Database
  /** of finished ones, which change no more: their rows are counted once */
  readonly #settled = new Map<string, Review>()

  constructor(database: Database) {
    this.#database = database
  }

  /** A new one with its owners. Nobody sees it before all of it is there; what a failure leaves is swept away. */
  async add(facts: ReviewFacts, owners: readonly OwnerBody[], pause: Pause): Promise<void> {
    const { id, connectionId } = facts
    this.#database
      .prepare('INSERT INTO review (id, connection_id, body, whole) VALUES (?, ?, ?, 0)')
      .run(id, connectionId, JSON.stringify(facts))
    const put = this.#database.prepare(
      'INSERT INTO review_owner (review, place, changed, held, search, body) VALUES (?, ?, ?, ?, ?, ?)',
    )
    for (let place = 0; place < owners.length; ) {
      await pause()
      transaction(this.#database, () => {
        const slice = new Slice()
        for (let owner = owners[place]; owner && slice.hasRoom; owner = owners[++place]) {
          const search = `${owner.name}\n${owner.email}`.toLocaleLowerCase()
          const body = slice.add(JSON.stringify(owner))
          put.run(id, place, owner.changed ? 1 : 0, owner.tokens.length, search, body)
        }
      })
    }
    await pause()
    transaction(this.#database, () => {
      this.#database.prepare('UPDATE review SET whole = 1 WHERE id = ?').run(id)
      this.#database
        .prepare(
          `UPDATE review SET whole = 0 WHERE connection_id = ? AND place NOT IN (
             SELECT place FROM review WHERE connection_id = ? AND whole = 1 ORDER BY place DESC LIMIT ?)`,
        )
        .run(connectionId, connectionId, MOST_REVIEWS)
    })
  }

  /** The newest first. */
  list(connectionId: string): Review[] {
    const rows = this.#database
      .prepare('SELECT body FROM review WHERE connection_id = ? AND whole = 1 ORDER BY place DESC')
      .all(connectionId) as { body: string }[]
    return rows.map(({ body }) => this.#counted(JSON.parse(body) as ReviewFacts))
  }

  facts(id: string): ReviewFacts | null {
    const row = this.#database.prepare('SELECT body FROM review WHERE id = ? AND whole = 1').get(id)
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

  /** Every owner, in order. @throws ProblemError `review-not-found` when it was removed meanwhile */
  async *all(id: string, pause: Pause): AsyncGenerator<ReviewedOwner[]> {
    for (let after = -1; ; ) {
      await pause()
      if (!this.facts(id)) throw new ProblemError('review-not-found')
      const slice = new Slice()
      const owners: ReviewedOwner[] = []
      const rows = this.#database.prepare(
        'SELECT * FROM review_owner WHERE review = ? AND place > ? ORDER BY place',
      )
      for (const row of rows.iterate(id, after) as Iterable<unknown> as Iterable<OwnerRow>) {
        slice.add(row.body)
        owners.push(ownerOf(row))
        if (!slice.hasRoom) break
      }
      const last = owners.at(-1)
      if (!last) return
      yield owners
      after = last.place
    }
  }

  /** Of all that are open and unchanged, or of these places. What was decided before a failure stays decided. */
  async decide(
    id: string,
    who: 'unchanged' | readonly number[],
    decision: ReviewDecision | null,
    note: string,
    pause: Pause,
  ): Promise<void> {
    const set = 'UPDATE review_owner SET decision = ?, note = ? WHERE review = ? AND held > 0'
    if (who !== 'unchanged') {
      const one = this.#database.prepare(`${set} AND place = ?`)
      transaction(this.#database, () => {
        for (const place of who) one.run(decision, note, id, place)
      })
      return
    }
    const some = this.#database.prepare(
      `${set} AND changed = 0 AND decision IS NULL AND place >= ? AND place < ?`,
    )
    for (let place = 0; place < this.#places(id); place += ROWS) {
      await pause()
      some.run(decision, note, id, place, place + ROWS)
    }
  }

  /** @throws ProblemError `review-not-found` when it was removed meanwhile */
  change(id: string, change: Partial<ReviewFacts>): void {
    const facts = this.facts(id)
    if (!facts) throw new ProblemError('review-not-found')
    this.#database
      .prepare('UPDATE review SET body = ? WHERE id = ?')
      .run(JSON.stringify({ ...facts, ...change }), id)
  }

  /** From now on nobody sees it; `sweep` takes it away. */
  hide(id: string): void {
    this.#database.prepare('UPDATE review SET whole = 0 WHERE id = ?').run(id)
  }

  /** `hide` for all of a connection. */
  forget(connectionId: string): void {
    this.#database.prepare('UPDATE review SET whole = 0 WHERE connection_id = ?').run(connectionId)
  }

  /** Takes away what nobody sees, but for those that are being stored. */
  async sweep(isStored: (id: string) => boolean, pause: Pause): Promise<void> {
    const hidden = this.#database.prepare('SELECT id FROM review WHERE whole = 0').all() as { id: string }[]
    const some = this.#database.prepare('DELETE FROM review_owner WHERE review = ? AND place < ?')
    for (const { id } of hidden) {
      if (isStored(id)) continue
      this.#settled.delete(id)
      const places = this.#places(id)
      for (let place = 0; place < places; place += ROWS) {
        await pause()
        some.run(id, place + ROWS)
      }
      this.#database.prepare('DELETE FROM review WHERE id = ?').run(id)
    }
  }

  #places(id: string): number {
    const { places } = this.#database
      .prepare('SELECT coalesce(max(place) + 1, 0) AS places FROM review_owner WHERE review = ?')
      .get(id) as { places: number }
    return places
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
