import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What the platform really holds, read from its own database beside it, at once. */
export function tokensOf(platformFolder: string) {
  const database = new DatabaseSync(join(platformFolder, 'platform.sqlite'), { readOnly: true })
  const select = database.prepare('SELECT 1 FROM tokens WHERE id = ? AND revoked_at IS NULL')
  return {
    lists: (tokenId: string): boolean => select.get(tokenId) !== undefined,
    close: () => database.close(),
  }
}

/** Tokens that a profile calls revoked: by the response's steps, the ledger's outcomes, and the tombstones. */
export function calledRevoked(profile: string): string[] {
  return [
    ...ask(
      profile,
      'console.sqlite',
      `SELECT json_extract(body, '$.token.id') AS id FROM incident_step
       WHERE json_extract(body, '$.kind') = 'token' AND json_extract(body, '$.state') = 'done'
       UNION SELECT token_id FROM tombstone WHERE fate = 'revoked'`,
    ),
    ...ask(
      profile,
      'ledger.sqlite',
      `SELECT json_extract(intent.body, '$.tokenId') AS id FROM record AS intent JOIN record AS outcome
         ON outcome.of_place = intent.place
       WHERE json_extract(intent.body, '$.action') = 'token.revoke' AND json_extract(outcome.body, '$.result') = 'done'`,
    ),
  ]
}

/** Deeds that the ledger announces and says nothing more of. */
export function openDeeds(profile: string): number {
  return ask(
    profile,
    'ledger.sqlite',
    `SELECT CAST(place AS TEXT) AS id FROM record AS intent WHERE phase = 'intent'
       AND NOT EXISTS (SELECT 1 FROM record WHERE of_place = intent.place)`,
  ).length
}

function ask(profile: string, file: string, query: string): string[] {
  const path = join(profile, file)
  if (!existsSync(path)) return []
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return database
      .prepare(query)
      .all()
      .map(({ id }) => String(id))
  } finally {
    database.close()
  }
}
