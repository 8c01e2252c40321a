import type { Database } from '#base/sqlite.ts'
import { capabilityRefresher } from './capabilities.ts'
import { USER_COLUMNS, type User } from './user.ts'

interface NewUser {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly firstname?: string
  readonly lastname?: string
  readonly description?: string
  readonly language?: string
  readonly external?: boolean
  readonly serviceAccount?: boolean
  readonly accountStatus?: string
  /** ms; null or absent = never */
  readonly lockAfter?: number | null
  readonly passwordHash?: string | null
  readonly groups?: readonly string[]
  readonly organizations?: readonly { readonly id: string; readonly administrator: boolean }[]
  readonly createdAt: number
}

export interface Named {
  readonly id: string
  readonly name: string
}

export interface UserStore {
  byId(id: string): User | null
  byRow(row: number): User | null
  byEmail(email: string): User | null
  passwordHash(user: Pick<User, 'row'>): string | null
  setPasswordHash(user: Pick<User, 'row'>, hash: string): void
  setEmail(user: Pick<User, 'row'>, email: string, now: number): void
  /** Writes the named columns. SECURITY: the names come from accountPatch, never from a client. */
  change(
    user: Pick<User, 'row'>,
    columns: Readonly<Record<string, string | number | null>>,
    now: number,
  ): void
  add(user: NewUser): User
  count(): number
  organizations(user: Pick<User, 'row'>): Named[]
  administered(user: Pick<User, 'row'>): Named[]
  groups(user: Pick<User, 'row'>): Named[]
  allGroups(): Named[]
  roles(user: Pick<User, 'row'>): Named[]
}

export function userStore(database: Database): UserStore {
  const columns = USER_COLUMNS.join(', ')
  const byId = database.prepare(`SELECT ${columns} FROM users WHERE id = ?`)
  const byRow = database.prepare(`SELECT ${columns} FROM users WHERE row = ?`)
  const byEmail = database.prepare(`SELECT ${columns} FROM users WHERE user_email = ?`)
  const count = database.prepare('SELECT count(*) AS count FROM users')
  const readHash = database.prepare('SELECT password_hash FROM users WHERE row = ?')
  const writeHash = database.prepare('UPDATE users SET password_hash = ? WHERE row = ?')
  const writeEmail = database.prepare('UPDATE users SET user_email = ?, updated_at = ? WHERE row = ?')
  const insert = database.prepare(
    `INSERT INTO users (id, name, user_email, firstname, lastname, description, language, external, user_service_account,
       account_status, account_lock_after, password_hash, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const joinGroup = database.prepare('INSERT INTO user_groups (user_row, group_id) VALUES (?, ?)')
  const joinOrganization = database.prepare(
    'INSERT INTO user_organizations (user_row, organization_id, administrator) VALUES (?, ?, ?)',
  )
  const organizations = database.prepare(
    `SELECT o.id, o.name FROM user_organizations uo JOIN organizations o ON o.id = uo.organization_id
     WHERE uo.user_row = ? ORDER BY o.name`,
  )
  const administered = database.prepare(
    `SELECT o.id, o.name FROM user_organizations uo JOIN organizations o ON o.id = uo.organization_id
     WHERE uo.user_row = ? AND uo.administrator = 1 ORDER BY o.name`,
  )
  const allGroups = database.prepare('SELECT id, name FROM groups ORDER BY name')
  const groups = database.prepare(
    'SELECT g.id, g.name FROM user_groups ug JOIN groups g ON g.id = ug.group_id WHERE ug.user_row = ? ORDER BY g.name',
  )
  const roles = database.prepare(
    `SELECT DISTINCT r.id, r.name FROM user_groups ug JOIN group_roles gr ON gr.group_id = ug.group_id
     JOIN roles r ON r.id = gr.role_id WHERE ug.user_row = ? ORDER BY r.name`,
  )
  const refreshCapabilities = capabilityRefresher(database)
  const one = (row: unknown): User | null => (row as User | undefined) ?? null

  return {
    byId: (id) => one(byId.get(id)),
    byRow: (row) => one(byRow.get(row)),
    byEmail: (email) => one(byEmail.get(email)),
    count: () => (count.get() as { count: number }).count,
    passwordHash: (user) =>
      (readHash.get(user.row) as { password_hash: string | null } | undefined)?.password_hash ?? null,
    setPasswordHash: (user, hash) => void writeHash.run(hash, user.row),
    setEmail: (user, email, now) => void writeEmail.run(email, now, user.row),
    change(user, columns, now) {
      const names = Object.keys(columns)
      const assignments = [...names, 'updated_at'].map((name) => `${name} = ?`).join(', ')
      database
        .prepare(`UPDATE users SET ${assignments} WHERE row = ?`)
        .run(...Object.values(columns), now, user.row)
    },
    add(user) {
      const { lastInsertRowid } = insert.run(
        user.id,
        user.name,
        user.email,
        user.firstname ?? null,
        user.lastname ?? null,
        user.description ?? null,
        user.language ?? 'auto',
        user.external ? 1 : 0,
        user.serviceAccount ? 1 : 0,
        user.accountStatus ?? 'Active',
        user.lockAfter ?? null,
        user.passwordHash ?? null,
        user.createdAt,
        user.createdAt,
      )
      const row = Number(lastInsertRowid)
      for (const group of new Set(user.groups)) joinGroup.run(row, group)
      for (const { id, administrator } of user.organizations ?? [])
        joinOrganization.run(row, id, administrator ? 1 : 0)
      refreshCapabilities(row)
      const added = one(byRow.get(row))
      if (!added) throw new Error('the user just added is missing')
      return added
    },
    organizations: (user) => organizations.all(user.row) as unknown as Named[],
    administered: (user) => administered.all(user.row) as unknown as Named[],
    allGroups: () => allGroups.all() as unknown as Named[],
    groups: (user) => groups.all(user.row) as unknown as Named[],
    roles: (user) => roles.all(user.row) as unknown as Named[],
  }
}
