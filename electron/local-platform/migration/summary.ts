import type { Rejection } from './import-report.ts'
import { PLAINTEXT_COLUMN } from './legacy-tokens.ts'
import type { MigrationReport } from './report.ts'

const REASONS: Readonly<Record<string, string>> = {
  'too-long': 'longer than 64 KiB',
  'not-utf-8': 'not UTF-8',
  'not-json': 'not JSON',
  'not-an-object': 'not an object',
  'id-repeated': 'the same id stands in an earlier line',
  'id-taken': 'a user of this id has another e-mail address',
  'email-taken': 'the e-mail address belongs to another user',
  'token-taken': 'the token belongs to another user',
  'has-another-token': 'the user has or had another legacy token',
  'token-in-text': 'a text of the line contains an API token',
  'built-in-admin': "the built-in administrator's token comes from APP__ADMIN__TOKEN",
} satisfies Partial<Record<Rejection, string>>

/** So many line numbers are printed for one reason; the report has all. */
const MOST_LINES = 20

/** What happened, for a person. */
export function summaryOf(report: MigrationReport): string[] {
  const { legacy, finalize, rollback } = report
  const would = report.dryRun ? 'would be ' : ''
  const lines: string[] = []
  if (report.dryRun) lines.push('Dry run: nothing was changed.')
  if (report.import) lines.push(...importLines(report.import, would))
  if (report.migrate) {
    lines.push(`${report.migrate.moved} tokens ${would}migrated.`)
    if (report.migrate.stuck.length > 0)
      lines.push(`Not migrated, they work on as they are: users ${some(report.migrate.stuck)}`)
  }
  if (rollback) lines.push(`${rollback.moved} tokens rolled back.`)
  if (finalize) {
    lines.push(`${finalize.wiped} plaintext tokens wiped.`)
    lines.push(
      `Searched ${finalize.scan.files} files, ${finalize.scan.bytes} bytes: ${finalize.scan.hits.length} with plaintext left.`,
      ...finalize.scan.hits.map((path) => `  ${path}`),
    )
  }
  lines.push(
    `Legacy tokens ${report.dryRun ? 'then ' : ''}kept in plaintext in ${PLAINTEXT_COLUMN}: ${legacy.total}, of them ${legacy.waiting} not migrated.`,
  )
  if (report.action === 'migrate' && legacy.total > 0)
    lines.push('Until "migrate --finalize" they can be rolled back; after it no plaintext is left.')
  if (report.deleteThese.length > 0)
    lines.push(
      'These imported files hold tokens in plaintext; delete them:',
      ...report.deleteThese.map((path) => `  ${path}`),
    )
  if (report.problem) lines.push(report.problem)
  return lines
}

function importLines(report: NonNullable<MigrationReport['import']>, would: string): string[] {
  const { rejected } = report
  return [
    `${report.records} lines: ${report.added} users ${would}added (${report.withoutToken} without a token), ` +
      `${report.attached} ${would}given their token, ${report.unchanged} were there already, ${rejected.total} not taken over.`,
    ...Object.entries(rejected.byReason).map(
      ([reason, lines]) => `  ${REASONS[reason] ?? fieldReason(reason)}: lines ${some(lines)}`,
    ),
    ...(report.unknownGroups.length > 0
      ? [`Groups that are not here, so that nobody joined them: ${some(report.unknownGroups)}`]
      : []),
  ]
}

const fieldReason = (reason: string): string => `"${reason.replace(/^bad-/, '')}" is missing or wrong`

function some(values: readonly (string | number)[]): string {
  const shown = values.slice(0, MOST_LINES).join(', ')
  return values.length > MOST_LINES ? `${shown} and ${values.length - MOST_LINES} more` : shown
}
