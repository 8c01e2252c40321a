import type { LineProblem } from './legacy-user.ts'

/** Why a line was not taken over; docs/migration.md says each. */
export type Rejection =
  | 'too-long'
  | 'not-utf-8'
  | 'not-json'
  | LineProblem
  /** the file has the same id in an earlier line */
  | 'id-repeated'
  /** a user of this id exists with another e-mail address */
  | 'id-taken'
  | 'email-taken'
  /** somebody else has this token: nobody may come in as two people */
  | 'token-taken'
  /** the user has, or had, another legacy token */
  | 'has-another-token'
  /** a text of the line holds a token of the file or of the platform */
  | 'token-in-text'
  /** its token is the configuration's: APP__ADMIN__TOKEN */
  | 'built-in-admin'

/** What an import did. Never holds a token, and of a rejected line nothing but its number. */
export interface ImportReport {
  /** lines or rows that were not blank */
  records: number
  /** new users */
  added: number
  /** users that were there already and got their token */
  attached: number
  /** lines that an earlier run had taken over */
  unchanged: number
  /** of the added, those whose line has no token */
  withoutToken: number
  rejected: { total: number; byReason: Record<string, number[]> }
  /** groups that lines name and the platform does not have */
  unknownGroups: string[]
}

/** More wrong lines than this, and the file is not what it was taken for. */
export const MOST_REJECTIONS = 100_000
/** So many unknown groups are named. */
const MOST_UNKNOWN_GROUPS = 100

export const emptyImportReport = (): ImportReport => ({
  records: 0,
  added: 0,
  attached: 0,
  unchanged: 0,
  withoutToken: 0,
  rejected: { total: 0, byReason: {} },
  unknownGroups: [],
})

export function reject(report: ImportReport, line: number, reason: Rejection): void {
  report.rejected.total += 1
  const lines = report.rejected.byReason[reason]
  if (lines) lines.push(line)
  else report.rejected.byReason[reason] = [line]
}

export function noteUnknownGroup(report: ImportReport, name: string): void {
  const { unknownGroups } = report
  if (unknownGroups.length < MOST_UNKNOWN_GROUPS && !unknownGroups.includes(name)) unknownGroups.push(name)
}
