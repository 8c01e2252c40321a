import type { Database } from '#base/sqlite.ts'

const UPDATE = `
  UPDATE users SET capabilities = (
    SELECT coalesce(group_concat(capability, ' '), '') FROM (
      SELECT rc.capability FROM user_groups ug
        JOIN group_roles gr ON gr.group_id = ug.group_id
        JOIN role_capabilities rc ON rc.role_id = gr.role_id
        WHERE ug.user_row = users.row
      UNION
      SELECT 'VIRTUAL_ORGANIZATION_ADMIN' FROM user_organizations uo
        WHERE uo.user_row = users.row AND uo.administrator = 1
      ORDER BY 1
    )
  ) WHERE row = ?`

/**
 * Brings `users.capabilities` of a user in step with what groups and roles give. To be called in the transaction that changes
 * a membership. Administrators of an organisation hold VIRTUAL_ORGANIZATION_ADMIN besides (opencti-api.md §1).
 */
export function capabilityRefresher(database: Database): (userRow: number) => void {
  const update = database.prepare(UPDATE)
  return (userRow) => void update.run(userRow)
}
