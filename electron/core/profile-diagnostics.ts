import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, systemClock } from '#base/clock.ts'
import { createLogger } from '#base/logger.ts'
import { type Database, openUnchanged } from '#base/sqlite.ts'
import { ComposerSettingsStore } from './composer/settings-store.ts'
import { ProfileStore } from './connections/profile-store.ts'
import { type Bundle, makeBundle } from './diagnostics/bundle.ts'
import { logTail } from './diagnostics/log-tail.ts'
import {
  composerPart,
  connectionPart,
  namesOf,
  namesOfComposer,
  settingsPart,
  userOfMachine,
  versionsPart,
} from './diagnostics/parts.ts'
import { LedgerHeads } from './ledger/ledger-heads.ts'
import { ledgerKeys } from './ledger/ledger-keys.ts'
import { verifyLedger } from './ledger/ledger-verify.ts'
import type { SecretStore } from './ports/secret-store.ts'
import { SettingsService } from './settings/settings-service.ts'

export interface ProfileDiagnosticsParts {
  readonly profileFolder: string
  readonly version: string
  readonly secretStore: SecretStore
  readonly clock?: Clock
}

/**
 * The diagnostics bundle of a profile, from its files alone: for a host without a window, running or not, and for a console
 * that does not start. Changes nothing in the profile. What only a running console knows is not in it.
 */
export async function profileDiagnostics(parts: ProfileDiagnosticsParts): Promise<Bundle> {
  const { profileFolder, version, secretStore, clock = systemClock } = parts
  const silent = createLogger('diagnostics', { write: () => {} })
  const inDatabase = <Result>(file: string, read: (database: Database) => Result): Result | null => {
    const path = join(profileFolder, file)
    return existsSync(path) ? reading(path, read) : null
  }
  const connections = () =>
    inDatabase('console.sqlite', (database) =>
      new ProfileStore(database).all().map((profile) => ({
        ...profile,
        embedded: false,
        state: { phase: 'untested' } as const,
      })),
    ) ?? []
  const composerOf = (database: Database) => new ComposerSettingsStore(database, silent).current
  const names = () => [
    ...namesOf(connections()),
    ...(inDatabase('console.sqlite', (database) => namesOfComposer(composerOf(database))) ?? []),
  ]
  return makeBundle(
    {
      versions: () => versionsPart(version, 'command'),
      settings: () =>
        inDatabase('console.sqlite', (database) =>
          settingsPart(new SettingsService(database, silent).current),
        ),
      connections: () => connections().map(connectionPart),
      system: async () => ({ keychain: await secretStore.status() }),
      monitors: () => inDatabase('heartbeat.sqlite', monitorsOf),
      ledger: () =>
        inDatabase('ledger.sqlite', (database) => {
          const heads = new LedgerHeads(join(profileFolder, 'keys'))
          const keys = ledgerKeys(secretStore, join(profileFolder, 'keys'), heads)
          return verifyLedger(database, keys, heads, () => clock.now())
        }),
      composer: () =>
        inDatabase('console.sqlite', (database) => ({ settings: composerPart(composerOf(database)) })),
      logs: () => logTail(join(profileFolder, 'logs')),
    },
    { secrets: [], names: orNothing(names), ...userOfMachine() },
    clock.now(),
  )
}

/** The database stays open until what was read from it is there. */
function reading<Result>(path: string, read: (database: Database) => Result): Result {
  const database = openUnchanged(path)
  let isLater = false
  try {
    const result = read(database)
    isLater = result instanceof Promise
    if (result instanceof Promise) return result.finally(() => database.close()) as Result
    return result
  } finally {
    if (!isLater) database.close()
  }
}

/** How each monitor stood, and its last look. */
function monitorsOf(database: Database) {
  const rows = database
    .prepare(
      `SELECT monitor, body,
         (SELECT json_object('at', at, 'outcome', outcome, 'latencyMs', latency, 'failure', failure)
          FROM sample WHERE sample.monitor = standing.monitor ORDER BY at DESC LIMIT 1) AS last
       FROM standing ORDER BY monitor`,
    )
    .all() as { monitor: string; body: string; last: string | null }[]
  return rows.map(({ monitor, body, last }) => ({
    id: monitor,
    standing: JSON.parse(body) as unknown,
    last: last === null ? null : (JSON.parse(last) as unknown),
  }))
}

/** A damaged database costs the names too; the part that needs them says so. */
function orNothing(read: () => string[]): string[] {
  try {
    return read()
  } catch {
    return []
  }
}
