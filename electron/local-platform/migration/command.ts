import { renameSync, writeFileSync } from 'node:fs'
import { type Clock, systemClock } from '#base/clock.ts'
import { systemRandom } from '#base/crypto.ts'
import { FolderBusyError } from '#base/folder-lock.ts'
import type { Logger } from '#base/logger.ts'
import { standaloneConfig } from '../config.ts'
import { existingKey } from '../key-file.ts'
import { platformFromConfig, stopSignal } from '../platform-from-config.ts'
import { platformKeys } from '../platform-keys.ts'
import { startFailure } from '../start-failure.ts'
import { rehearsal } from './dry-run.ts'
import { NotNowError } from './finalize.ts'
import { MIGRATE_USAGE, type MigrateFlags, migrateFlags } from './flags.ts'
import { type LegacySource, legacySource } from './legacy-source.ts'
import { type Migration, type Progress, StoppedError } from './migration.ts'
import { progressLines, terminalBar } from './progress-bar.ts'
import { type MigrationReport, stateOf } from './report.ts'
import { UnusableSourceError } from './source-record.ts'
import { summaryOf } from './summary.ts'

const EXIT = { done: 0, failed: 1, incomplete: 1, 'done-with-rejections': 2, stopped: 3 } as const

/**
 * `migrate …`: starts the platform and migrates beside its requests, or rehearses that in memory. Writes progress, a summary
 * and, if asked, a report; never a token.
 * @returns the exit code, once it ended
 */
export async function runMigrate(
  argv: readonly string[],
  logger: Logger,
  out: (line: string) => void,
  clock: Clock = systemClock,
): Promise<number> {
  try {
    const flags = migrateFlags(argv)
    if (flags.help) {
      out(MIGRATE_USAGE)
      return 0
    }
    const source = flags.from === null ? null : legacySource(flags.from)
    const report = flags.dryRun
      ? await rehearse(flags, source, clock, out)
      : await serveAndMigrate(flags, source, clock, out, logger)
    return EXIT[report.outcome]
  } catch (error) {
    out(`The migration did not start.\n${startMessage(error)}`)
    return 1
  }
}

async function rehearse(
  flags: MigrateFlags,
  source: LegacySource | null,
  clock: Clock,
  out: (line: string) => void,
): Promise<MigrationReport> {
  const config = standaloneConfig(flags.platform, process.env)
  // A folder without a key has no platform: any key shows what would happen.
  const key = config.encryptionKey ?? existingKey(config.dataFolder) ?? systemRandom(32)
  const admin = { email: config.adminEmail, token: config.adminToken }
  const { migration, close } = await rehearsal(config.dataFolder, platformKeys(key), admin, clock)
  try {
    return finish(flags, await perform(flags, migration, source, clock, progressOf(out, clock)), out)
  } finally {
    close()
  }
}

async function serveAndMigrate(
  flags: MigrateFlags,
  source: LegacySource | null,
  clock: Clock,
  out: (line: string) => void,
  logger: Logger,
): Promise<MigrationReport> {
  const platform = await platformFromConfig(standaloneConfig(flags.platform, process.env), logger)
  try {
    out(`Local platform ready at ${platform.url}; it serves while the tokens are migrated`)
    const stop = stopSignal()
    void stop.then(() => platform.migration.stop())
    const report = await perform(flags, platform.migration, source, clock, progressOf(out, clock))
    finish(flags, report, out)
    if (flags.serve && report.outcome !== 'stopped') await stop
    return report
  } finally {
    await platform.stop()
  }
}

/** Does the asked steps; what goes wrong on the way is in the report, with what was done before it. */
async function perform(
  flags: MigrateFlags,
  migration: Migration,
  source: LegacySource | null,
  clock: Clock,
  progress: Progress,
): Promise<MigrationReport> {
  const startedAt = clock.now()
  const done: { -readonly [Name in 'import' | 'migrate' | 'rollback' | 'finalize']: MigrationReport[Name] } =
    {
      import: null,
      migrate: null,
      rollback: null,
      finalize: null,
    }
  let outcome: MigrationReport['outcome'] = 'done'
  let problem: string | null = null
  try {
    if (source) done.import = await migration.importFrom(source, progress)
    if (flags.action === 'migrate') done.migrate = await migration.migrate(progress)
    if (flags.action === 'rollback') done.rollback = await migration.rollBack(progress)
    if (flags.action === 'finalize') done.finalize = await migration.finalize(progress)
    if (done.import && done.import.rejected.total > 0) outcome = 'done-with-rejections'
    if ((done.migrate?.stuck.length ?? 0) > 0 || (done.finalize?.scan.hits.length ?? 0) > 0)
      outcome = 'incomplete'
  } catch (error) {
    outcome = error instanceof StoppedError ? 'stopped' : 'failed'
    problem = stepMessage(error)
  }
  return {
    action: flags.action,
    dryRun: flags.dryRun,
    outcome,
    problem,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: clock.now() - startedAt,
    source: source && { path: source.path, kind: source.kind, bytes: source.bytes },
    ...done,
    ...stateOf(migration.status()),
  }
}

function finish(flags: MigrateFlags, report: MigrationReport, out: (line: string) => void): MigrationReport {
  for (const line of summaryOf(report)) out(line)
  if (flags.report !== null) {
    // Whole or not at all; line numbers and ids of users are for the admin alone.
    const draft = `${flags.report}.${process.pid}`
    writeFileSync(draft, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 })
    renameSync(draft, flags.report)
  }
  return report
}

function progressOf(out: (line: string) => void, clock: Clock): Progress {
  return process.stderr.isTTY
    ? terminalBar(
        (text) => void process.stderr.write(text),
        () => clock.now(),
      )
    : progressLines(out)
}

/** SECURITY: only our own sentences are printed; an error from elsewhere may repeat what it was working on. */
function stepMessage(error: unknown): string {
  const ours =
    error instanceof StoppedError || error instanceof NotNowError || error instanceof UnusableSourceError
  return ours
    ? error.message
    : `The migration failed (${error instanceof Error ? error.name : 'unknown'}${codeOf(error)}); run it again to go on where it was`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` ${error.code}` : ''
}

function startMessage(error: unknown): string {
  if (error instanceof UnusableSourceError) return error.message
  if (error instanceof FolderBusyError)
    return `${error.message}. Stop the platform and start "migrate" in its place: it serves meanwhile.`
  return startFailure(error).message
}
