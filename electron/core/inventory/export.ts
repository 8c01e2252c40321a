import { setImmediate as turn } from 'node:timers/promises'
import type { Token } from '#shared/contract/tokens.ts'
import { CSV_START, csvLine } from '#shared/domain/csv.ts'
import { type Findings, findingIds } from '#shared/domain/findings.ts'
import { tokenStatus } from '#shared/domain/token.ts'
import type { OwnerFacts } from './token-table.ts'

/** A row as it is shown: a token's mask, never its value. */
export interface ExportRow {
  readonly owner: OwnerFacts
  readonly token: Token
  readonly findings: Findings
}

/** Where and when the rows come from. */
export interface ExportHead {
  readonly connection: string
  readonly url: string
  /** our clock; null: never read whole */
  readonly readAt: number | null
  /** the platform's time by which status and findings were judged */
  readonly judgedAt: number
}

/** Rows in one piece of text. */
const ROWS_A_PIECE = 500

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

/** Columns of both formats, in the words of the field; times are ISO 8601 in UTC, null is "never" or "not told". */
function record({ owner, token, findings }: ExportRow, judgedAt: number) {
  return {
    owner: owner.name,
    owner_email: owner.email,
    owner_id: owner.id,
    account_status: owner.accountStatus,
    service_account: owner.serviceAccount,
    token: token.name,
    token_id: token.id,
    masked_token: token.maskedToken,
    status: tokenStatus(token, judgedAt),
    created_at: iso(token.createdAt),
    expires_at: iso(token.expiresAt),
    last_used_at_about: iso(token.lastUsedAt),
    findings: findingIds(findings),
  }
}

const COLUMNS = [
  'owner',
  'owner_email',
  'owner_id',
  'account_status',
  'service_account',
  'token',
  'token_id',
  'masked_token',
  'status',
  'created_at',
  'expires_at',
  'last_used_at_about',
  'findings',
] as const satisfies readonly (keyof ReturnType<typeof record>)[]

/** The text of a CSV file, piece by piece. */
export async function* csvOf(rows: Iterable<ExportRow>, { judgedAt }: ExportHead): AsyncGenerator<string> {
  yield CSV_START + csvLine(COLUMNS)
  for (const piece of inPieces(rows)) {
    const lines = piece.map((row) => {
      const fields = { ...record(row, judgedAt), findings: findingIds(row.findings).join(' ') }
      return csvLine(COLUMNS.map((column) => fields[column]))
    })
    yield lines.join('')
    await turn()
  }
}

/** The text of a JSON file, piece by piece. */
export async function* jsonOf(rows: Iterable<ExportRow>, head: ExportHead): AsyncGenerator<string> {
  const { connection, url, readAt, judgedAt } = head
  const facts = { connection, url, read_at: iso(readAt), judged_at: iso(judgedAt) }
  yield `${JSON.stringify(facts, null, 2).slice(0, -2)},\n  "tokens": [`
  let first = true
  for (const piece of inPieces(rows)) {
    const records = piece.map((row) => `\n    ${JSON.stringify(record(row, judgedAt))}`)
    yield `${first ? '' : ','}${records.join(',')}`
    first = false
    await turn()
  }
  yield '\n  ]\n}\n'
}

function* inPieces(rows: Iterable<ExportRow>): Iterable<ExportRow[]> {
  let piece: ExportRow[] = []
  for (const row of rows) {
    piece.push(row)
    if (piece.length < ROWS_A_PIECE) continue
    yield piece
    piece = []
  }
  if (piece.length > 0) yield piece
}
