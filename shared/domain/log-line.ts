/** Lines of a connector's log as they may be shown: they are written by whoever writes to the connector. */

/** The longest line that is kept, in UTF-16 units. */
export const LINE_MAX = 4_096
/** More of a line than this is not even looked at. */
const LOOKED_AT = 4 * LINE_MAX

/**
 * Escape sequences of terminals: operating system commands (titles, links, clipboard) and other strings up to their end,
 * control sequences (colours, cursor), and the short ones. Each alternative reads forwards only, so the time is linear.
 */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g

/** What turns the direction of text, or has no picture: control characters but for the tab, marks, isolates, tags. */
const STEERING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\u{e0000}|[\u{e0001}-\u{e007f}]/gu

/**
 * SECURITY: `raw` without terminal escapes, with steering characters made visible as U+FFFD, and cut, the rest told by its
 * number of characters. What is left is plain text of one line.
 */
export function plainLine(raw: string): string {
  const looked = raw.slice(0, LOOKED_AT)
  const clean = looked.replace(ESCAPES, '').replace(STEERING, '\ufffd')
  const left = raw.length - looked.length + Math.max(0, clean.length - LINE_MAX)
  if (left === 0) return clean
  return `${wholeCharacters(clean.slice(0, LINE_MAX))}… (+${left})`
}

/** Half of a pair at the end would make the text invalid. */
function wholeCharacters(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}

const TIMESTAMP =
  /(?:^|"(?:timestamp|time|asctime|ts)"\s*:\s*")(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)/

/** When the line itself says that it was written, ms since the epoch; null when it does not. Without a zone it is UTC. */
export function lineTime(line: string): number | null {
  const found = TIMESTAMP.exec(line.slice(0, 512))?.[1]
  if (found === undefined) return null
  const iso = found.replace(' ', 'T').replace(',', '.')
  const time = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`)
  return Number.isNaN(time) ? null : time
}

/**
 * The lines of `now` that are not in `before` yet, where both are the newest lines of one growing log: `before`'s longest end
 * that is `now`'s start is what both have. `gap`: nothing is common, so lines may be missing in between.
 */
export function newLines(
  before: readonly string[],
  now: readonly string[],
): { readonly lines: readonly string[]; readonly gap: boolean } {
  if (before.length === 0) return { lines: now, gap: false }
  for (let common = Math.min(before.length, now.length); common > 0; common -= 1) {
    const start = before.length - common
    let at = 0
    while (at < common && before[start + at] === now[at]) at += 1
    if (at === common) return { lines: now.slice(common), gap: false }
  }
  return { lines: now, gap: now.length > 0 }
}
