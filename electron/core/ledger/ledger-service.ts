import type { Clock } from '#base/clock.ts'
import { type ChainHead, type ChainVerdict, chainRecord, EMPTY_CHAIN, verifyChain } from '#base/hash-chain.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import { messageOf, ProblemError } from '#base/problem-error.ts'
import { redact } from '#base/redact.ts'
import { type Database, transaction } from '#base/sqlite.ts'
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

/** `sequence` counts within a chain; `place` is the order of everything. */
export const LEDGER_MIGRATIONS = [
  `CREATE TABLE record (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     chain TEXT NOT NULL CHECK (chain IN ('main', 'fallback')),
     sequence INTEGER NOT NULL,
     body TEXT NOT NULL,
     digest BLOB NOT NULL,
     UNIQUE (chain, sequence)
   ) STRICT;`,
]

/**
 * The key that a chain is made with. `fallback`: the profile's own ledger key is in a keychain that does not give it now;
 * the console goes on with a chain of its own, so that nobody is locked out and nothing happens unrecorded.
 */
export interface LedgerKey {
  readonly chain: 'main' | 'fallback'
  readonly key: Uint8Array
  readonly place: 'keychain' | 'file'
}

export interface LedgerParts {
  /** made with LEDGER_MIGRATIONS */
  readonly database: Database
  readonly clock: Clock
  readonly logger: Logger
  readonly fetchKey: () => Promise<LedgerKey>
}

/** The write-ahead, hash-chained record of everything the console does to a platform or a profile (L-01). */
export class LedgerService implements ActionLedger {
  readonly status = new Live<LedgerStatus>({ state: 'opening' })
  readonly #parts: LedgerParts
  #opening: Promise<LedgerKey>

  constructor(parts: LedgerParts) {
    this.#parts = parts
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

  /** Walks a chain from its first record on. @throws ProblemError when its key is not at hand */
  async verify(): Promise<ChainVerdict> {
    const { chain, key } = await this.#opening
    const rows = this.#parts.database
      .prepare('SELECT sequence, body, digest FROM record WHERE chain = ? ORDER BY place')
      .iterate(chain) as Iterable<{ sequence: number; body: string; digest: Uint8Array }>
    return verifyChain(key, rows)
  }

  /** A failure is told by the status, and again to whoever wants to write. */
  #open(): Promise<LedgerKey> {
    const opening = this.#fetchKey()
    opening.catch(() => {})
    return opening
  }

  async #fetchKey(): Promise<LedgerKey> {
    try {
      const key = await this.#parts.fetchKey()
      this.#tellReady(key)
      return key
    } catch (error) {
      throw this.#failure(error)
    }
  }

  /** Several records are one write to the disk. @returns where each stands among all; never fails silently */
  async #append(bodies: readonly LedgerFacts[]): Promise<number[]> {
    if (bodies.length === 0) return []
    const ledgerKey = await this.#opening
    try {
      const places = transaction(this.#parts.database, () =>
        bodies.map((body) => this.#write(ledgerKey, body)),
      )
      this.#tellReady(ledgerKey)
      return places
    } catch (error) {
      throw this.#failure(error)
    }
  }

  #write({ chain, key }: LedgerKey, facts: LedgerFacts): number {
    const { database, clock } = this.#parts
    const last = database
      .prepare('SELECT chain, sequence, digest FROM record ORDER BY place DESC LIMIT 1')
      .get() as { chain: string; sequence: number; digest: Uint8Array } | undefined
    const body: Record<string, unknown> = { v: 1, at: new Date(clock.now()).toISOString(), ...facts }
    // Where the chain changes, the record carries the head of the other, so that the two stay one story.
    if (last && last.chain !== chain) {
      body.after = `${last.chain}:${last.sequence}:${Buffer.from(last.digest).toString('hex')}`
    }
    // SECURITY: the ledger is kept for years; what has the shape of a secret does not enter it.
    const text = redact(JSON.stringify(body))
    const record = chainRecord(key, this.#head(chain), text)
    const { lastInsertRowid } = database
      .prepare('INSERT INTO record (chain, sequence, body, digest) VALUES (?, ?, ?, ?)')
      .run(chain, record.sequence, record.body, record.digest)
    return Number(lastInsertRowid)
  }

  #head(chain: string): ChainHead {
    const row = this.#parts.database
      .prepare('SELECT sequence AS count, digest FROM record WHERE chain = ? ORDER BY sequence DESC LIMIT 1')
      .get(chain) as unknown as ChainHead | undefined
    return row ?? EMPTY_CHAIN
  }

  #tellReady({ place }: LedgerKey): void {
    const row = this.#parts.database.prepare('SELECT count(*) AS records FROM record').get()
    const { records } = row as { records: number }
    this.status.set({ state: 'ready', records, keyPlace: place })
  }

  #failure(error: unknown): ProblemError {
    const problem = new ProblemError('ledger-failed', messageOf(error))
    this.#parts.logger.error({ problem: problem.problem }, 'the ledger cannot be written')
    this.status.set({ state: 'failed', problem: problem.problem })
    return problem
  }
}
