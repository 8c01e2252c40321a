import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { openDatabase } from '#base/sqlite.ts'

/** A user as an old platform exports it. */
export interface OldUser {
  readonly id: string
  readonly name: string
  readonly user_email: string
  readonly api_token: string
}

/** A UUID made from a text: the same at each run, in no order, and nobody's. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Number `index` of a population; the same index is the same user with the same token. */
export function oldUser(index: number): OldUser {
  return {
    id: uuidOf(`user ${index}`),
    name: `Old user ${index}`,
    user_email: `old.user.${index}@example.org`,
    api_token: uuidOf(`fake token ${index}`),
  }
}

export const oldUsers = (count: number): OldUser[] =>
  Array.from({ length: count }, (_, index) => oldUser(index))

export function writeJsonLines(path: string, lines: readonly unknown[]): string {
  writeFileSync(
    path,
    `${lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')}\n`,
  )
  return path
}

export function writeSqlite(path: string, users: readonly OldUser[]): string {
  const database = openDatabase(path, [])
  database.exec(
    'CREATE TABLE users (id TEXT, name TEXT, user_email TEXT, api_token TEXT, user_service_account INTEGER, "groups" TEXT, secret_note TEXT)',
  )
  const insert = database.prepare('INSERT INTO users VALUES (?, ?, ?, ?, 1, ?, ?)')
  database.exec('BEGIN')
  for (const user of users)
    insert.run(user.id, user.name, user.user_email, user.api_token, '["Administrators"]', 'not read')
  database.exec('COMMIT')
  database.close()
  return path
}
