/** CSV that a spreadsheet may open (RFC 4180): every cell quoted, lines end in CR LF. */

/** Excel takes a file for UTF-8 only when this comes first. */
export const CSV_START = '\ufeff'

/**
 * What a spreadsheet takes for a formula, also behind white space and what has no picture, and the full-width forms that
 * some turn into ASCII (OWASP, CSV Injection).
 */
const FORMULA =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /^[\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2060\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/

/**
 * One line with its end.
 * SECURITY: names are their owners' words. A cell that would be run as a formula starts with an apostrophe, which makes it
 * text; all are quoted, so that no separator of another locale splits them.
 */
export function csvLine(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '""'
  // A number is one of ours, so its sign is no formula.
  if (typeof value !== 'string') return `"${value}"`
  const text = FORMULA.test(value) ? `'${value}` : value
  return `"${text.replaceAll('"', '""')}"`
}
