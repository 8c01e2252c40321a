import type { Clock } from '#base/clock.ts'
import { type ChainHead, chainRecord, EMPTY_CHAIN } from '#base/hash-chain.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import { messageOf, ProblemError } from '#base/problem-error.ts'
import { redact } from '#base/redact.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import type { LedgerVerdict } from '#shared/contract/activity.ts'
import type { LedgerStatus } from '#shared/contract/system.ts'
import type {
  ActionLedger,
  LedgerAction,
  LedgerDeed,
  LedgerFacts,
  LedgerIntent,
  LedgerOutcome,
  LedgerResult,
} from '../ports/action-ledger.ts'
import type { Signer } from '../ports/signer.ts'
import type { ChainName, LedgerRow } from './ledger-database.ts'
import { ledgerDocument } from './ledger-export.ts'
import type { LedgerHeads } from './ledger-heads.ts'
import type { LedgerKey, LedgerKeys } from './ledger-keys.ts'
import { type LedgerPage, type LedgerQuery, readLedger } from './ledger-reader.ts'
import { verifyLedger } from './ledger-verify.ts'
import { LOST_DIGEST, linkTo } from './ledger-walk.ts'

export interface LedgerParts {
  /** as `openLedger` gives it */
  readonly database: Database
  readonly heads: LedgerHeads
  readonly keys: LedgerKeys
  readonly clock: Clock
  readonly logger: Logger
}

/** The write-ahead, hash-chained record of everything the console does to a platform or a profile (L-01, L-02). */
export class LedgerService implements ActionLedger {
  readonly status = new Live<LedgerStatus>({ state: 'opening' })
  readonly #parts: LedgerParts
  /** Deeds begun before this place are of an earlier run of the console. */
  readonly #openedAt: number
  #opening: Promise<LedgerKey>
  #brokenAt: number | null = null

  constructor(parts: LedgerParts) {
    this.#parts = parts
    this.#openedAt = this.#last()?.place ?? 0
    this.#opening = this.#open()
  }

  /** Fetches the key again when the last attempt gave none or a stand-in: the keychain may have been opened. */
  async reopen(): Promise<void> {
    const key = await this.#opening.catch(() => null)
    if (key?.chain === 'main') return
    this.#opening = this.#open()
    await this.#opening.catch(() => {})
  }

  async begin(action: LedgerAction, facts: LedgerFacts): Promise<LedgerIntent> {
    const [intent] = (await this.beginAll([{ action, facts }])) as [LedgerIntent]
    return intent
  }

  async beginAll(deeds: readonly LedgerDeed[]): Promise<LedgerIntent[]> {
    const bodies = deeds.map(({ action, facts }) => ({ phase: 'intent', action, ...facts }))
    const places = await this.#append(bodies)
    return deeds.map(({ action }, index) => ({ action, sequence: places[index] as number }))
  }

  end(intent: LedgerIntent, result: LedgerResult, facts: LedgerFacts = {}): void {
    this.endAll([{ intent, result, facts }])
  }

  endAll(outcomes: readonly LedgerOutcome[]): void {
    const bodies = outcomes.map(({ intent, result, facts = {} }) => {
      return { phase: 'outcome', action: intent.action, of: intent.sequence, result, ...facts }
    })
    this.#append(bodies).catch(() => {})
  }

  /**
   * Walks everything that was recorded, in slices, and compares it with the heads kept beside the keys. What is written
   * meanwhile is left to the next time. @throws ProblemError `ledger-unreadable`
   */
  async verify(): Promise<LedgerVerdict> {
    const { database, keys, heads, clock } = this.#parts
    await this.#opening.catch(() => null)
    try {
      const verdict = await verifyLedger(database, keys, heads, () => clock.now())
      this.#brokenAt = verdict.state === 'broken' ? verdict.place : null
      if (this.status.value.state === 'ready') this.status.set({ ...this.status.value, ...this.#broken() })
      return verdict
    } catch (error) {
      throw new ProblemError('ledger-unreadable', messageOf(error))
    }
  }

  /** One page of what was done, newest first. @throws ProblemError `ledger-unreadable` */
  read(query: LedgerQuery): LedgerPage & { readAt: number } {
    return this.#readable(() => ({
      ...readLedger(this.#parts.database, query, this.#openedAt),
      readAt: this.#parts.clock.now(),
    }))
  }

  /** The whole ledger as a signed file, with what verifying it found just before. @throws ProblemError */
  async export(signer: Signer): Promise<{ fileName: string; text: string; records: number }> {
    const verdict = await this.verify()
    const now = this.#parts.clock.now()
    const document = this.#readable(() => ledgerDocument(this.#parts.database, now, verdict))
    return {
      fileName: `gatehouse-ledger-${document.exportedAt.replaceAll(/[:.]/g, '-')}.json`,
      text: await signer.sign(document),
      records: document.records.length,
    }
  }

  #readable<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      throw new ProblemError('ledger-unreadable', messageOf(error))
    }
  }

  /** A failure is told by the status, and again to whoever wants to write. */
  #open(): Promise<LedgerKey> {
    const opening = this.#fetchKey()
    opening.catch(() => {})
    return opening
  }

  async #fetchKey(): Promise<LedgerKey> {
    try {
      const key = await this.#parts.keys.current()
      this.#settleInterrupted(key)
      this.#tellReady(key, this.#last()?.place ?? 0)
      return key
    } catch (error) {
      throw this.#failure(error)
    }
  }

  /** Deeds of an earlier run that ended without an outcome: nobody knows any more what became of them, and that is recorded. */
  #settleInterrupted(key: LedgerKey): void {
    const pending = this.#parts.database
      .prepare(
        `SELECT place, json_extract(body, '$.action') AS action FROM record AS intent
         WHERE phase = 'intent' AND place <= ?
           AND NOT EXISTS (SELECT 1 FROM record WHERE of_place = intent.place) ORDER BY place`,
      )
      .all(this.#openedAt) as { place: number; action: string }[]
    this.#write(
      key,
      pending.map(({ place, action }) => {
        return { phase: 'outcome', action, of: place, result: 'unknown', interrupted: true }
      }),
    )
  }

  /** The key to write with; asked for again when it could not be had before. */
  async #key(): Promise<LedgerKey> {
    const opening = this.#opening
    try {
      return await opening
    } catch {
      if (this.#opening === opening) this.#opening = this.#open()
      return this.#opening
    }
  }

  /** Several records are one write to the disk. @returns where each stands among all; never fails silently */
  async #append(bodies: readonly LedgerFacts[]): Promise<number[]> {
    const ledgerKey = await this.#key()
    try {
      const places = this.#write(ledgerKey, bodies)
      this.#tellReady(ledgerKey, this.#last()?.place ?? 0)
      return places
    } catch (error) {
      throw this.#failure(error)
    }
  }

  #write(ledgerKey: LedgerKey, bodies: readonly LedgerFacts[]): number[] {
    if (bodies.length === 0) return []
    const { places, head } = transaction(this.#parts.database, () => this.#insert(ledgerKey, bodies))
    this.#keepHead(ledgerKey, head)
    return places
  }

  /** Within a transaction: nobody else writes meanwhile, so each record after the first follows the one before it. */
  #insert({ chain, key }: LedgerKey, bodies: readonly LedgerFacts[]): { places: number[]; head: ChainHead } {
    const { database, clock } = this.#parts
    const insert = database.prepare('INSERT INTO record (chain, sequence, body, digest) VALUES (?, ?, ?, ?)')
    const last = this.#last()
    let head = this.#headToFollow(chain, key)
    const places = bodies.map((facts, index) => {
      const body: Record<string, unknown> = { v: 1, at: new Date(clock.now()).toISOString(), ...facts }
      // Where the chain changes, the record carries the head of the other, so that the two stay one story.
      if (index === 0 && last && last.chain !== chain) body.after = linkTo(last)
      // SECURITY: the ledger is kept for years; what has the shape of a secret does not enter it.
      const text = redact(JSON.stringify(body))
      const { sequence, digest } = chainRecord(key, head, text)
      head = { count: sequence, digest }
      return Number(insert.run(chain, sequence, text, digest).lastInsertRowid)
    })
    return { places, head }
  }

  /**
   * The chain's end in the file, unless the head kept elsewhere says that more was there.
   * SECURITY: then recording goes on (a lost device must still be revocable), but behind the gap, which so stays for ever.
   */
  #headToFollow(chain: ChainName, key: Uint8Array): ChainHead {
    const { database, heads } = this.#parts
    const stored = database
      .prepare('SELECT sequence AS count, digest FROM record WHERE chain = ? ORDER BY sequence DESC LIMIT 1')
      .get(chain) as unknown as ChainHead | undefined
    const anchor = heads.read(chain, key)
    const head = stored ?? EMPTY_CHAIN
    if (anchor === null) return { count: head.count, digest: LOST_DIGEST }
    return anchor.count > head.count ? anchor : head
  }

  /** After the record, which counts: a head that lags behind a record covers less, and is caught up by the next one. */
  #keepHead({ chain, key }: LedgerKey, head: ChainHead): void {
    try {
      this.#parts.heads.write(chain, key, head)
    } catch (error) {
      this.#parts.logger.warn({ error: messageOf(error) }, "the ledger's head cannot be written")
    }
  }

  #last(): Pick<LedgerRow, 'place' | 'chain' | 'sequence' | 'digest'> | undefined {
    return this.#parts.database
      .prepare('SELECT place, chain, sequence, digest FROM record ORDER BY place DESC LIMIT 1')
      .get() as unknown as LedgerRow | undefined
  }

  #tellReady({ place: keyPlace, damaged }: LedgerKey, records: number): void {
    const damagedKey = damaged === undefined ? {} : { damagedKey: damaged }
    this.status.set({ state: 'ready', records, keyPlace, ...damagedKey, ...this.#broken() })
  }

  #broken(): { brokenAt?: number } {
    return this.#brokenAt === null ? {} : { brokenAt: this.#brokenAt }
  }

  #failure(error: unknown): ProblemError {
    const isKey = error instanceof ProblemError && error.code === 'key-damaged'
    const problem = isKey ? error : new ProblemError('ledger-failed', messageOf(error))
    this.#parts.logger.error({ problem: problem.problem }, 'the ledger cannot be written')
    this.status.set({ state: 'failed', problem: problem.problem })
    return problem
  }
}
