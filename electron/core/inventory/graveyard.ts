import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/logger.ts'
import { messageOf } from '#base/problem-error.ts'
import type { Token } from '#shared/contract/tokens.ts'
import type { RevokedRecord } from '../clients/opencti/opencti-client.ts'
import type { RememberedToken } from '../ports/token-memory.ts'
import type { Difference } from './token-table.ts'
import type { Fate, KnownFate, TombstoneStore } from './tombstone-store.ts'

/** A list read this long after a revocation was sent shows whether it was carried out: no request is waited for longer. */
const SURELY_SETTLED_MS = 60_000

const OURS = { knownFrom: 'console' } as const

interface Owner {
  readonly id: string
  readonly name: string
  readonly email: string
}

/**
 * Decides what became of the tokens of one connection that are listed no more (T-14). A tombstone that cannot be written is
 * logged: neither a revocation nor a list fails for it.
 */
export class Graveyard {
  readonly #store: TombstoneStore
  readonly #connectionId: string
  readonly #clock: Clock
  readonly #logger: Logger
  #fates: Map<string, KnownFate> | null = null

  constructor(store: TombstoneStore, connectionId: string, clock: Clock, logger: Logger) {
    this.#store = store
    this.#connectionId = connectionId
    this.#clock = clock
    this.#logger = logger
  }

  /** Revocations are about to be sent. */
  keep(tokens: readonly RememberedToken[]): void {
    const at = this.#clock.now()
    this.together(() => {
      for (const { owner, token, reason, by } of tokens) {
        const facts = { connectionId: this.#connectionId, owner, token, at, lastListedAt: at }
        this.#write(() => {
          this.#store.bury({
            ...facts,
            ...OURS,
            fate: 'unsettled',
            by,
            reason: reason === '' ? null : reason,
          })
          this.#known().set(token.id, { ...OURS, fate: 'unsettled', at, ownerId: owner.id })
        })
      }
    })
  }

  /** The revocations were refused, or never sent. */
  drop(tokenIds: readonly string[]): void {
    this.together(() => {
      for (const id of tokenIds) if (this.#known().get(id)?.fate === 'unsettled') this.#raise(id)
    })
  }

  /** All that `work` decides is one write. */
  together(work: () => void): void {
    this.#write(() => this.#store.together(work))
  }

  /** A user's list: what is in it is not gone, and what was being revoked and is not in it is. */
  heard(owner: Owner, tokens: readonly Token[], askedAt: number): void {
    const known = this.#known()
    if (known.size === 0) return
    for (const { id } of tokens) {
      const tombstone = known.get(id)
      if (!tombstone) continue
      if (tombstone.fate !== 'unsettled' || askedAt - tombstone.at > SURELY_SETTLED_MS) this.#raise(id)
    }
    const listed = new Set(tokens.map(({ id }) => id))
    for (const [id, { fate, ownerId, at }] of known) {
      if (fate === 'unsettled' && ownerId === owner.id && askedAt >= at && !listed.has(id)) this.#settle(id)
    }
  }

  /** What a user's list lacks that an earlier one had. */
  missed(owner: Owner, { vanished, lastReadAt }: Difference): void {
    for (const token of vanished) {
      if (this.#known().has(token.id)) continue
      const at = this.#clock.now()
      const facts = { connectionId: this.#connectionId, owner, token, at, lastListedAt: lastReadAt }
      this.#write(() => {
        this.#store.bury({ ...facts, ...OURS, fate: 'vanished', by: null, reason: null })
        this.#known().set(token.id, { ...OURS, fate: 'vanished', at, ownerId: owner.id })
      })
    }
  }

  /** The platform's own record of what was revoked: each token stays one tombstone, whoever knew of it first. */
  recorded(records: readonly RevokedRecord[], skewMs: number): void {
    this.together(() => {
      for (const { owner, revoked } of records)
        for (const { revokedAt, revokedBy: by, reason, ...token } of revoked)
          this.#record(owner, token, { at: revokedAt - skewMs, by, reason })
    })
  }

  #record(
    owner: Owner,
    token: Token,
    told: { readonly at: number; readonly by: string | null; readonly reason: string | null },
  ): void {
    const known = this.#known().get(token.id)
    if (known && known.knownFrom !== 'console') return
    this.#write(() => {
      if (known) {
        this.#store.corroborate(this.#connectionId, token.id, told)
        const isNews = known.fate === 'vanished'
        this.#known().set(token.id, {
          ...known,
          knownFrom: 'both',
          ...(isNews && { fate: 'elsewhere', at: told.at }),
        })
      } else {
        const facts = { connectionId: this.#connectionId, owner, token, ...told, lastListedAt: null }
        this.#store.bury({ ...facts, fate: 'elsewhere', knownFrom: 'platform' })
        this.#known().set(token.id, {
          fate: 'elsewhere',
          knownFrom: 'platform',
          at: told.at,
          ownerId: owner.id,
        })
      }
    })
  }

  /** What is known of a token that is listed no more; null: nothing. */
  fateOf(tokenId: string): Fate | null {
    return this.#known().get(tokenId)?.fate ?? null
  }

  #settle(tokenId: string): void {
    this.#write(() => {
      const at = this.#clock.now()
      this.#store.settle(this.#connectionId, tokenId, at)
      const tombstone = this.#known().get(tokenId)
      if (tombstone) this.#known().set(tokenId, { ...tombstone, fate: 'revoked', at })
    })
  }

  #raise(tokenId: string): void {
    this.#write(() => {
      this.#store.raise(this.#connectionId, tokenId)
      this.#known().delete(tokenId)
    })
  }

  #known(): Map<string, KnownFate> {
    this.#fates ??= this.#store.fates(this.#connectionId)
    return this.#fates
  }

  #write(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#logger.warn({ error: messageOf(error) }, 'what became of a token could not be kept')
    }
  }
}
