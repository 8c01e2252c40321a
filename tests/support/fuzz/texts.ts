import fc from 'fast-check'
import { redact } from '../../../electron/base/redact.ts'
import { safeLine } from '../../../electron/base/safe-line.ts'
import { Secret } from '../../../electron/base/secret.ts'
import { Mask } from '../../../electron/core/diagnostics/mask.ts'
import { CSV_START, csvLine } from '../../../shared/domain/csv.ts'
import { type Campaign, campaign } from './campaign.ts'
import { hostileText } from './hostile.ts'

const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
/** What nobody may read, unlike any word of a text. */
const SECRET = fc
  .array(fc.constantFrom(...LETTERS), { minLength: 32, maxLength: 64 })
  .map((letters) => `Zq7${letters.join('')}`)

/** How programs print what they should not. */
const FORMS: readonly ((secret: string) => string)[] = [
  (secret) => `flgrn_octi_tkn_${secret}`,
  (secret) => `Authorization: Bearer ${secret}`,
  (secret) => `{"authorization":"Bearer ${secret}"}`,
  (secret) => `OPENCTI_TOKEN=${secret}`,
  (secret) => `'password': '${secret}'`,
  (secret) => `api_key: ${secret}`,
  (secret) => `GET /health?health_access_key=${secret}&x=1`,
  (secret) => `https://user:${secret}@registry.example/v2/`,
  (secret) => `eyJ${secret}.${secret}.${secret}`,
]
/** Lines and what surrounds a secret in them; a break after it, so that its end is known. */
const LINE = fc.record({
  before: hostileText,
  form: fc.constantFrom(...FORMS),
  secret: SECRET,
  after: hostileText,
})
/** A rest of a secret that is as long as this gives it away. */
const TELLING = 12

function tells(text: string, secret: string): boolean {
  for (let at = 0; at + TELLING <= secret.length; at += 1)
    if (text.includes(secret.slice(at, at + TELLING))) return true
  return false
}

/** Whatever stands around a secret, nothing of it is left in a connector's line, in our log, or in a diagnostics bundle. */
export const redactionCampaign: Campaign = campaign(
  'redaction of logs and of the diagnostics bundle',
  fc.property(LINE, ({ before, form, secret, after }) => {
    const line = `${before} ${form(secret)} ${after}`
    const safe = safeLine(line)
    if (tells(safe, secret)) throw new Error(`safeLine leaves ${safe}`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(safe))
      throw new Error('steering characters are left')
    if (form === FORMS[0] && tells(redact(line), secret)) throw new Error('redact leaves a token')
    const known = { secrets: [new Secret(secret)], names: [], home: '/home/somebody', login: 'somebody' }
    const masked = new Mask(known).apply(`${line}\n${secret}\n${encodeURIComponent(secret)}`)
    if (tells(masked, secret)) throw new Error(`the bundle holds ${masked}`)
  }),
)

const CELL = fc.oneof(
  hostileText,
  fc
    .tuple(
      fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' =', '\u00a0=', '\uff1d', '\ufeff=', '"'),
      hostileText,
    )
    .map(([first, rest]) => first + rest),
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
)

/** A file reads back cell by cell as it was, and no cell is a formula. */
export const csvCampaign: Campaign = campaign(
  'cells of CSV files',
  fc.property(fc.array(fc.array(CELL, { minLength: 1, maxLength: 4 }), { maxLength: 3 }), (rows) => {
    const read = rowsOf((CSV_START + rows.map(csvLine).join('')).slice(CSV_START.length))
    if (read.length !== rows.length) throw new Error('another number of rows')
    for (const [index, row] of rows.entries()) {
      if (read[index]?.length !== row.length) throw new Error('another number of cells')
      for (const [at, cell] of row.entries()) {
        const found = read[index]?.[at] ?? ''
        const meant = cell === null ? '' : String(cell)
        if (found !== meant && found !== `'${meant}`) throw new Error(`${found} is not ${meant}`)
        // As spreadsheets do: what stands before the first visible character counts for nothing.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        const first = found.replace(/^[\s\u0000-\u001f\ufeff\u200b]+/, '')[0] ?? ''
        if (typeof cell === 'string' && '=+-@＝＋－＠'.includes(first) && first !== '')
          throw new Error(`${JSON.stringify(found)} is a formula`)
      }
    }
  }),
)

/** RFC 4180, written for this test alone. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    if (text[at] !== '"') throw new Error(`a cell without a quote at ${at}`)
    let cell = ''
    for (at += 1; ; at += 1) {
      if (at >= text.length) throw new Error('a cell without an end')
      if (text[at] !== '"') cell += text[at]
      else if (text[at + 1] === '"') cell += text[at++]
      else break
    }
    row.push(cell)
    at += 1
    if (text[at] === ',') at += 1
    else if (text.startsWith('\r\n', at)) {
      rows.push(row)
      row = []
      at += 2
    } else throw new Error(`no separator at ${at}`)
  }
  return rows
}
