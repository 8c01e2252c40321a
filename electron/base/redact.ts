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
