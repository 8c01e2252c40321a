import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openDatabase } from '#base/sqlite.ts'
import { MIGRATIONS } from '../../electron/local-platform/database/migrations.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

const USERS = 5_000

it('a page of five thousand users with their tokens lets other requests in between', async () => {
  const local = await startTestPlatform()
  const database = openDatabase(join(local.dataFolder, 'platform.sqlite'), MIGRATIONS)
  database.exec(`
    WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${USERS})
    INSERT INTO users (id, name, user_email, created_at, updated_at)
      SELECT 'user-' || value, 'User ' || value, 'user' || value || '@example.org', 0, 0 FROM n;
    INSERT INTO tokens (hash, id, user_row, key_id, name, masked_token, created_at)
      SELECT randomblob(32), 'token-' || row, row, 'k', 'script', '****abcd', 0 FROM users WHERE id LIKE 'user-%'`)
  database.close()
  const page = local.ask(
    `{ users(first: ${USERS}) { edges { node { id name user_email account_status api_tokens { id name masked_token last_used_at } } } } }`,
  )
  let between = 0
  let done = false
  void page.finally(() => {
    done = true
  })
  while (!done) {
    await local.ask('{ publicSettings { id } }', { token: null })
    between += 1
  }
  const { data } = await page
  expect(data.users.edges).toHaveLength(USERS)
  expect(data.users.edges[10].node.api_tokens).toHaveLength(1)
  // One answer in between is luck; without slices there is none but those queued before and after the whole page.
  expect(between).toBeGreaterThan(8)
  await local.platform.stop()
})
