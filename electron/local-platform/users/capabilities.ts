import type { Database } from '#base/sqlite.ts'

/**
 * Brings `users.capabilities` in step with what groups and roles give: all users, or one. To be called in the transaction
 * that changes a membership. Administrators of an organisation hold VIRTUAL_ORGANIZATION_ADMIN besides (opencti-api.md §1).
 */
export function refreshCapabilities(database: Database, userRow?: number): void {
  const update = `
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
    )`
  if (userRow === undefined) database.prepare(update).run()
  else database.prepare(`${update} WHERE row = ?`).run(userRow)
}
