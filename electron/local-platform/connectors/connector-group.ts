import type { RandomSource } from '#base/crypto.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { newId } from '../ids.ts'

const NAME = 'Connectors'
const CAPABILITIES = ['APIACCESS_USETOKEN', 'CONNECTORAPI', 'INGESTION', 'KNOWLEDGE_KNUPDATE', 'MODULES']

/** Id of the group of accounts that are made for connectors; made with its role when there is none. */
export function connectorGroup(database: Database, random: RandomSource): string {
  const known = database.prepare('SELECT id FROM groups WHERE name = ?').get(NAME) as
    | { id: string }
    | undefined
  if (known) return known.id
  return transaction(database, () => {
    const role = newId(random)
    const group = newId(random)
    // A role of this name may be there without its group.
    database.prepare('INSERT INTO roles (id, name) VALUES (?, ?)').run(role, `${NAME} (${role.slice(0, 8)})`)
    const grant = database.prepare('INSERT INTO role_capabilities (role_id, capability) VALUES (?, ?)')
    for (const capability of CAPABILITIES) grant.run(role, capability)
    database.prepare('INSERT INTO groups (id, name) VALUES (?, ?)').run(group, NAME)
    database.prepare('INSERT INTO group_roles (group_id, role_id) VALUES (?, ?)').run(group, role)
    return group
  })
}
