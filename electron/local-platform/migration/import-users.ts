import { type Database, transaction } from '#base/sqlite.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import { type CredentialFinder, credentialFinder } from '../tokens/no-credentials.ts'
import { BUILT_IN_ADMIN_ID } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'
import type { Pace } from './batches.ts'
import {
  emptyImportReport,
  type ImportReport,
  MOST_REJECTIONS,
  noteUnknownGroup,
  type Rejection,
  reject,
} from './import-report.ts'
import type { LegacySource } from './legacy-source.ts'
import type { LegacyTokens } from './legacy-tokens.ts'
import { type LegacyUser, legacyUser } from './legacy-user.ts'
import { type SourceRecord, UnusableSourceError } from './source-record.ts'
import { tokensOfFile } from './tokens-of-file.ts'

/** Adding a user costs about 50 µs, so a batch stays within a few ms. */
const BATCH_RECORDS = 100

/** Every imported user is in this group, so that its token may be used; rights beyond that come from its other groups. */
const IMPORT_ROLE = { id: 'role--imported-user', name: 'Imported user' }
const IMPORT_GROUP = { id: 'group--imported-users', name: 'Imported users' }
const IMPORT_CAPABILITIES = ['APIACCESS_USETOKEN', 'KNOWLEDGE'] as const

export interface ImportParts {
  readonly database: Database
  readonly users: UserStore
  readonly legacy: LegacyTokens
  readonly keys: PlatformKeys
}

/**
 * Takes users and their plaintext tokens over, batch by batch. A run after a killed one finds what is there already and goes
 * on; a user that exists keeps every field as it is.
 * @param committed called after each batch with the report so far
 * @throws UnusableSourceError, or the signal's reason when it was stopped
 */
export async function importUsers(
  parts: ImportParts,
  source: LegacySource,
  pace: Pace,
  committed: (report: Readonly<ImportReport>) => void,
): Promise<ImportReport> {
  const report = emptyImportReport()
  const taken = new Set<number>()
  const ofFile = await tokensOfFile(parts.database, parts.keys.token, source, pace)
  const credentials = credentialFinder(parts.database, parts.keys.token, ofFile.has)
  const importOne = importer(parts, credentials, pace.clock.now(), taken, report)
  const batch: SourceRecord[] = []

  const commit = async (): Promise<void> => {
    pace.signal.throwIfAborted()
    const started = pace.clock.now()
    transaction(parts.database, () => {
      for (const record of batch) {
        report.records += 1
        const rejection = importOne(record)
        if (rejection) reject(report, record.line, rejection)
      }
    })
    batch.length = 0
    if (report.rejected.total > MOST_REJECTIONS)
      throw new UnusableSourceError(`More than ${MOST_REJECTIONS} lines are wrong: this is no file of users`)
    committed(report)
    await pace.rest(pace.clock.now() - started)
  }

  transaction(parts.database, () => {
    prepareGroup(parts.database)
    parts.database
      .prepare('INSERT OR REPLACE INTO legacy_sources (path, imported_at) VALUES (?, ?)')
      .run(source.path, pace.clock.now())
  })
  for await (const record of source.records()) {
    batch.push(record)
    if (batch.length >= BATCH_RECORDS) await commit()
  }
  if (batch.length > 0) await commit()
  ofFile.forget()
  return report
}

function importer(
  { database, users, legacy }: ImportParts,
  credentials: CredentialFinder,
  now: number,
  taken: Set<number>,
  report: ImportReport,
): (record: SourceRecord) => Rejection | null {
  const groupByName = database.prepare('SELECT id FROM groups WHERE name = ?')
  const groupsOf = (user: LegacyUser): string[] => {
    const ids = new Set<string>([IMPORT_GROUP.id])
    for (const name of user.groups) {
      const found = groupByName.get(name) as { id: string } | undefined
      if (found) ids.add(found.id)
      else noteUnknownGroup(report, name)
    }
    return [...ids]
  }

  return (record) => {
    if ('unreadable' in record) return record.unreadable
    const user = legacyUser(record.value)
    if (typeof user === 'string') return user
    if (user.id === BUILT_IN_ADMIN_ID) return 'built-in-admin'

    if (credentials.holds(textsOf(user))) return 'token-in-text'

    const existing = users.byId(user.id)
    if (existing && taken.has(existing.row)) return 'id-repeated'
    if (existing && existing.user_email.toLowerCase() !== user.user_email.toLowerCase()) return 'id-taken'
    if (!existing && users.byEmail(user.user_email)) return 'email-taken'

    const obstacle = user.api_token && legacy.obstacle(existing ?? { row: -1, id: user.id }, user.api_token)
    if (obstacle === 'taken') return 'token-taken'
    if (obstacle === 'other') return 'has-another-token'
    if (existing) {
      taken.add(existing.row)
      if (obstacle === 'same' || !user.api_token) report.unchanged += 1
      else {
        legacy.add(existing, user.api_token, now)
        report.attached += 1
      }
      return null
    }

    const added = users.add({
      id: user.id,
      name: user.name,
      email: user.user_email,
      firstname: user.firstname ?? undefined,
      lastname: user.lastname ?? undefined,
      description: user.description ?? undefined,
      language: user.language ?? undefined,
      external: user.external,
      serviceAccount: user.user_service_account,
      accountStatus: user.account_status ?? undefined,
      lockAfter: user.account_lock_after_date,
      groups: groupsOf(user),
      createdAt: user.created_at ?? now,
    })
    taken.add(added.row)
    report.added += 1
    if (user.api_token) legacy.add(added, user.api_token, now)
    else report.withoutToken += 1
    return null
  }
}

/** SECURITY: everything of a line that is stored or reported, as it will lie in the file; halves in two fields are one there. */
function textsOf(user: LegacyUser): string {
  const { id, name, user_email, firstname, lastname, description, language, account_status, groups } = user
  const stored = [id, name, user_email, firstname, lastname, description, language, account_status]
  return [stored.join(''), ...groups].join('\n')
}

function prepareGroup(database: Database): void {
  const run = (sql: string, ...values: string[]): void => void database.prepare(sql).run(...values)
  run('INSERT OR IGNORE INTO roles (id, name) VALUES (?, ?)', IMPORT_ROLE.id, IMPORT_ROLE.name)
  for (const capability of IMPORT_CAPABILITIES)
    run(
      'INSERT OR IGNORE INTO role_capabilities (role_id, capability) VALUES (?, ?)',
      IMPORT_ROLE.id,
      capability,
    )
  run('INSERT OR IGNORE INTO groups (id, name) VALUES (?, ?)', IMPORT_GROUP.id, IMPORT_GROUP.name)
  run('INSERT OR IGNORE INTO group_roles (group_id, role_id) VALUES (?, ?)', IMPORT_GROUP.id, IMPORT_ROLE.id)
}
