const MARK = '[redacted]'

/** What gives a secret away by its shape alone. The token's constant prefix stays: it says what kind it was. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/(flgrn_octi_tkn_)[A-Za-z0-9_-]{4,}/g, `$1${MARK}`],
  [/(\bBearer\s+|\bBasic\s+)[A-Za-z0-9._~+/=-]{6,}/gi, `$1${MARK}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g, MARK],
  [/([?&](?:health_access_key|secret|token|api_key|key)=)[^&\s"']+/gi, `$1${MARK}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MARK],
]

/** `text` without anything that has the shape of a secret. */
export function redact(text: string): string {
  return SHAPES.reduce((clean, [shape, replacement]) => clean.replace(shape, replacement), text)
}

const KEY_BEGINS = /-----BEGIN [A-Z ]*PRIVATE KEY-----/
const KEY_ENDS = /-----END [A-Z ]*PRIVATE KEY-----/
/** The last word of a line inside of a key in PEM, behind a time or a name that a log put before it. */
const KEY_LINE = /(^|\s)[A-Za-z0-9+/=]{1,80}\s*$/
/** A line that is full; only the last one before the end is shorter. */
const FULL_KEY_LINE = /(^|\s)[A-Za-z0-9+/]{40,80}\s*$/

/**
 * `lines` of one log without anything that has the shape of a secret, private keys that go over several lines included,
 * also those whose first or last line is not among them. As many lines as came.
 */
export function redactLines(lines: readonly string[]): string[] {
  const clean = [...lines]
  const hide = (at: number): void => {
    clean[at] = (lines[at] as string).replace(KEY_LINE, `$1${MARK}`)
  }
  lines.forEach((line, at) => {
    if (KEY_BEGINS.test(line) && !KEY_ENDS.test(line)) {
      for (let next = at + 1; KEY_LINE.test(lines[next] ?? ''); next++) hide(next)
    }
    if (KEY_ENDS.test(line) && KEY_LINE.test(lines[at - 1] ?? '')) {
      hide(at - 1)
      for (let before = at - 2; FULL_KEY_LINE.test(lines[before] ?? ''); before--) hide(before)
    }
  })
  return clean.map(redact)
}
