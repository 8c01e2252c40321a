import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/logger.ts'
import { ProblemError } from '#base/problem-error.ts'
import type {
  InventoryDelta,
  InventoryDiff,
  InventorySnapshot,
  InventoryStatus,
  Tombstone,
} from '#shared/contract/inventory.ts'
import { lastFour } from '#shared/domain/token.ts'
import type { TokenPolicy } from '#shared/domain/token-policy.ts'
import { type ActionLedger, recorded } from '../ports/action-ledger.ts'
import type {
  AlikeTokens,
  RememberedToken,
  SeenUser,
  TokenLists,
  TokenMemory,
} from '../ports/token-memory.ts'
import { ConnectionInventory } from './connection-inventory.ts'
import { difference, type Side } from './difference.ts'
import { csvOf, jsonOf } from './export.ts'
import { Graveyard } from './graveyard.ts'
import type { Platforms } from './sessions.ts'
import type { Snapshot, SnapshotStore } from './snapshot-store.ts'
import type { TombstonePlace, TombstoneStore } from './tombstone-store.ts'

export interface InventoryParts {
  readonly platforms: Platforms
  /** name and address of a connection; null: there is none */
  readonly describe: (connectionId: string) => { readonly name: string; readonly url: string } | null
  readonly ledger: ActionLedger
  readonly clock: Clock
  readonly logger: Logger
  readonly snapshots: SnapshotStore
  readonly tombstones: TombstoneStore
  readonly policy: () => TokenPolicy
  /** a text that no earlier call gave */
  readonly unique: () => string
}

interface Kept {
  readonly inventory: ConnectionInventory
  readonly graveyard: Graveyard
}

/** The inventory of each connection (T-03), and what the console remembers of tokens that are gone (T-14). */
export class InventoryService implements TokenMemory, TokenLists {
  readonly #parts: InventoryParts
  readonly #kept = new Map<string, Kept>()
  #judgedBy: TokenPolicy

  constructor(parts: InventoryParts) {
    this.#parts = parts
    this.#judgedBy = parts.policy()
  }

  watch(connectionId: string, signal?: AbortSignal): AsyncIteratorObject<InventoryStatus, undefined, void> {
    return this.#of(connectionId).inventory.watch(signal)
  }

  rows(connectionId: string, cursor: string | null): InventoryDelta {
    return this.#of(connectionId).inventory.rows(cursor)
  }

  refresh(connectionId: string): void {
    this.#of(connectionId).inventory.refresh()
  }

  retryFailed(connectionId: string): void {
    this.#of(connectionId).inventory.retryFailed()
  }

  cancel(connectionId: string): void {
    this.#of(connectionId).inventory.cancel()
  }

  /** Settings changed: with another policy, what it finds is counted again. */
  follow(): void {
    const policy = this.#parts.policy()
    if (JSON.stringify(policy) === JSON.stringify(this.#judgedBy)) return
    this.#judgedBy = policy
    for (const { inventory } of this.#kept.values()) void inventory.judge()
  }

  keep(connectionId: string, tokens: readonly RememberedToken[]): void {
    this.#known(connectionId)?.graveyard.keep(tokens)
  }

  drop(connectionId: string, tokenIds: readonly string[]): void {
    this.#known(connectionId)?.graveyard.drop(tokenIds)
  }

  seen(connectionId: string, users: readonly SeenUser[]): void {
    this.#known(connectionId)?.inventory.seen(users)
  }

  tombstones(query: { connectionId: string; after: string | null; first: number }) {
    const { connectionId, after, first } = query
    const { tombstones, next } = this.#parts.tombstones.page(connectionId, placeOf(after), first)
    const total = this.#parts.tombstones.count(connectionId)
    return { tombstones, nextCursor: next === null ? null : `${next.at}:${next.place}`, total }
  }

  /**
   * Tokens that are listed, or that are remembered as gone, whose masks end like one of `endings`; read anew when what is known
   * is older than `maxAgeMs`. What could not be read is as old as `readAt` says.
   */
  async alike(connectionId: string, endings: readonly string[], maxAgeMs: number): Promise<AlikeTokens> {
    const { inventory } = this.#of(connectionId)
    await inventory.fresh(maxAgeMs)
    const wanted = new Set(endings)
    const listed: AlikeTokens['listed'][number][] = []
    for (const { owner, tokens } of inventory.table.holdings())
      for (const token of tokens)
        if (wanted.has(lastFour(token.maskedToken))) listed.push({ ownerId: owner.id, token })
    const gone = [...wanted].flatMap((ending) => this.#parts.tombstones.endingLike(connectionId, ending))
    const { readAt, clockSkewMs } = inventory.status
    return { listed, gone, readAt, clockSkewMs }
  }

  async snapshots(connectionId: string): Promise<InventorySnapshot[]> {
    await this.#of(connectionId).inventory.kept()
    return this.#parts.snapshots
      .list(connectionId)
      .map(({ id, takenAt, tokens, scope, complete }) => ({ id, takenAt, tokens, scope, complete }))
  }

  /** @throws ProblemError `snapshot-gone` */
  async diff(query: { connectionId: string; from: number; to: number | null }): Promise<InventoryDiff> {
    const { connectionId, from, to } = query
    const { inventory, graveyard } = this.#of(connectionId)
    await Promise.all([inventory.restored(), inventory.kept()])
    const kept = this.#parts.snapshots.list(connectionId)
    const side = (wanted: number): Side => {
      const snapshot = kept.find(({ id }) => id === wanted)
      if (!snapshot) throw new ProblemError('snapshot-gone')
      return this.#side(snapshot)
    }
    const now = this.#shown(inventory)
    return difference(side(from), to === null ? now : side(to), (tokenId) => graveyard.fateOf(tokenId))
  }

  /**
   * The text of a file of rows, in pieces; masks only, never a value (T-18).
   * @param rows numbers as the copy at `cursor` has them, in order; null: all
   * @throws ProblemError `bad-input` when the numbers are of an earlier copy, `ledger-failed`
   */
  async export(asked: {
    connectionId: string
    format: 'csv' | 'json'
    cursor: string | null
    rows: readonly number[] | null
  }): Promise<AsyncGenerator<string>> {
    const { connectionId, format, cursor, rows } = asked
    const { ledger, describe, clock, policy } = this.#parts
    const { inventory } = this.#of(connectionId)
    const { table, status } = inventory
    if (rows !== null && !table.knows(cursor)) throw new ProblemError('bad-input')
    const { name, url } = describe(connectionId) ?? { name: '', url: '' }
    const judgedAt = clock.now() + status.clockSkewMs
    const head = { connection: name, url, readAt: status.readAt, judgedAt }
    const facts = { connectionId, url, format, rows: rows?.length ?? status.tokens }
    const write = format === 'csv' ? csvOf : jsonOf
    return recorded(ledger, 'token.export', facts, () => write(table.listed(rows, policy(), judgedAt), head))
  }

  /** What the console knows of a token that is listed no more; null: nothing. */
  fateOf(connectionId: string, tokenId: string): Tombstone['fate'] | null {
    return this.#known(connectionId)?.graveyard.fateOf(tokenId) ?? null
  }

  /** The connection is removed: so is everything known of it. */
  async forget(connectionId: string): Promise<void> {
    const kept = this.#kept.get(connectionId)
    this.#kept.delete(connectionId)
    await kept?.inventory.dispose()
    this.#parts.tombstones.forget(connectionId)
    await this.#parts.snapshots.forget(connectionId)
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#kept.values()].map(({ inventory }) => inventory.dispose()))
    await this.#parts.snapshots.close()
  }

  #side({ id, takenAt, clockSkewMs, scope, userId }: Snapshot): Side {
    return { at: takenAt, clockSkewMs, scope, userId, holdings: this.#parts.snapshots.pieces(id) }
  }

  #shown({ status, reader, table }: ConnectionInventory): Side {
    const { clockSkewMs } = status
    const { scope = null, userId = null } = reader ?? {}
    return { at: this.#parts.clock.now(), clockSkewMs, scope, userId, holdings: onePiece(table.holdings()) }
  }

  /** null: the connection was removed meanwhile */
  #known(connectionId: string): Kept | null {
    return this.#parts.describe(connectionId) === null ? null : this.#of(connectionId)
  }

  #of(connectionId: string): Kept {
    let kept = this.#kept.get(connectionId)
    if (!kept) {
      if (this.#parts.describe(connectionId) === null) throw new ProblemError('no-connection')
      const { platforms, clock, logger, snapshots, tombstones, policy, unique } = this.#parts
      const graveyard = new Graveyard(tombstones, connectionId, clock, logger)
      const inventory = new ConnectionInventory({
        connectionId,
        use: (work) => platforms.use(connectionId, work),
        clock,
        logger,
        snapshots,
        graveyard,
        policy,
        epoch: unique(),
      })
      kept = { inventory, graveyard }
      this.#kept.set(connectionId, kept)
    }
    return kept
  }
}

/** @throws ProblemError `bad-input` for what no page has given */
function placeOf(cursor: string | null): TombstonePlace | null {
  if (cursor === null) return null
  const [at, place] = cursor.split(':').map(Number)
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(place)) throw new ProblemError('bad-input')
  return { at, place } as TombstonePlace
}

/** A few hundred at a time, as a snapshot's pieces come. */
async function* onePiece<Item>(items: Iterable<Item>): AsyncGenerator<Item[]> {
  let piece: Item[] = []
  for (const item of items) {
    piece.push(item)
    if (piece.length < 200) continue
    yield piece
    piece = []
  }
  yield piece
}
