import { type Database, transaction } from '#base/sqlite.ts'
import type { AuditLog, MigrationEvent } from '../audit/audit-log.ts'
import { platformValues } from '../database/platform-values.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import { userStore } from '../users/user-store.ts'
import type { Pace } from './batches.ts'
import { type FinalizeReport, finalizeTokens, forgetSources, isFinalizing, NotNowError } from './finalize.ts'
import type { ImportReport } from './import-report.ts'
import { importUsers } from './import-users.ts'
import type { LegacySource } from './legacy-source.ts'
import { legacyTokens } from './legacy-tokens.ts'
import { type MoveReport, migrateTokens, rollBackTokens } from './move-tokens.ts'
import { type LegacyStatus, withExistence } from './report.ts'

/** How far a step is; `of` is null where the end is not known yet. */
export type Progress = (step: MigrationStep, done: number, of: number | null) => void
export type MigrationStep = 'import' | 'migrate' | 'rollback' | 'finalize'

/**
 * The migration of legacy plaintext tokens (P-07). Each step works in short batches between the requests that the platform
 * serves, may be stopped or killed anywhere, and goes on when it is called again. One step at a time.
 * @throws NotNowError when another step has to come first, UnusableSourceError, StoppedError
 */
export interface Migration {
  status(): LegacyStatus
  importFrom(source: LegacySource, progress?: Progress): Promise<ImportReport>
  migrate(progress?: Progress): Promise<MoveReport>
  rollBack(progress?: Progress): Promise<MoveReport>
  finalize(progress?: Progress): Promise<FinalizeReport>
  /** Ends the running step after its batch; its promise is rejected with StoppedError. */
  stop(): Promise<void>
}

/** The step was asked to stop. What it did is kept; the same step goes on from there. */
export class StoppedError extends Error {
  constructor() {
    super('The migration was stopped; run it again to go on where it was')
    this.name = 'StoppedError'
  }
}

export interface MigrationParts {
  readonly database: Database
  readonly keys: PlatformKeys
  readonly audit: AuditLog
  readonly dataFolder: string
  readonly tempo: Omit<Pace, 'signal'>
}

/** Who a step's record names: whoever runs the platform's process, which is OpenCTI's own id for the system. */
const OPERATOR = { id: '6a4b11e1-90ca-4e42-ba42-db7bc7f7d505', email: 'SYSTEM' }

export function migration({ database, keys, audit, dataFolder, tempo }: MigrationParts): Migration {
  const values = platformValues(database)
  const users = userStore(database)
  const legacy = legacyTokens(database, keys)
  const listSources = database.prepare('SELECT path FROM legacy_sources ORDER BY imported_at, path')
  const sources = (): string[] => (listSources.all() as { path: string }[]).map(({ path }) => path)
  const status = (): LegacyStatus => ({
    ...legacy.counts(),
    finalizing: isFinalizing(values),
    sources: sources().map(withExistence),
  })

  const record = (step: MigrationStep, phase: 'started' | 'finished', count: number): void => {
    const event: MigrationEvent['event'] = `legacy.${step}.${phase}`
    const source = { via: 'console', ip: null, userAgent: null } as const
    transaction(database, () =>
      audit.append({ event, at: tempo.clock.now(), actor: OPERATOR, count, source }),
    )
  }
  const stopping = new AbortController()
  const pace: Pace = { ...tempo, signal: stopping.signal }
  let running: Promise<unknown> | null = null

  /** The record comes before the deed; a step that is killed has its beginning in the audit. */
  const inOrder = async <Report>(
    step: MigrationStep,
    toDo: number,
    work: () => Promise<Report>,
    done: (report: Report) => number,
  ): Promise<Report> => {
    if (running) throw new NotNowError('Another step of the migration is running')
    if (step !== 'finalize' && isFinalizing(values))
      throw new NotNowError('The plaintext is being wiped; run "migrate --finalize" to end that first')
    record(step, 'started', toDo)
    const working = work()
    running = working.catch(() => {})
    try {
      const report = await working
      record(step, 'finished', done(report))
      return report
    } finally {
      running = null
    }
  }

  return {
    status,
    importFrom: (source, progress) =>
      inOrder(
        'import',
        0,
        () =>
          importUsers({ database, users, legacy, keys }, source, pace, ({ records }) =>
            progress?.('import', records, null),
          ),
        ({ added, attached }) => added + attached,
      ),
    async migrate(progress) {
      const { waiting } = legacy.counts()
      return inOrder(
        'migrate',
        waiting,
        () => migrateTokens({ database, legacy }, pace, ({ moved }) => progress?.('migrate', moved, waiting)),
        ({ moved }) => moved,
      )
    },
    async rollBack(progress) {
      const { total, waiting } = legacy.counts()
      if (total === 0) throw new NotNowError('There is nothing to roll back: no plaintext is kept any more')
      return inOrder(
        'rollback',
        total - waiting,
        () => rollBackTokens(database, pace, ({ moved }) => progress?.('rollback', moved, total - waiting)),
        ({ moved }) => moved,
      )
    },
    async finalize(progress) {
      const { total, waiting } = legacy.counts()
      if (waiting > 0)
        throw new NotNowError(
          `${waiting} legacy tokens are not migrated yet; run "migrate" before "migrate --finalize"`,
        )
      const report = await inOrder(
        'finalize',
        total,
        () =>
          finalizeTokens({ database, values, keys, dataFolder }, sources(), pace, ({ wiped }) =>
            progress?.('finalize', wiped, total),
          ),
        ({ wiped }) => wiped,
      )
      forgetSources(
        database,
        status().sources.flatMap(({ path, exists }) => (exists ? [] : [path])),
      )
      return report
    },
    async stop() {
      stopping.abort(new StoppedError())
      await running
    },
  }
}
