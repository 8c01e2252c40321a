import { plainLine } from '#shared/domain/log-line.ts'
import { redact } from './redact.ts'

const MARK = '[redacted]'

/** What gives a secret away by the name it stands behind: programs print their environment and their requests. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [
    /((?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|authorization|credentials?|private[_-]?key)["']?\s*[=:]\s*["']?)(?!\[redacted\]|Bearer |Basic |flgrn_octi_tkn_)[^\s"',;&}]{3,}/gi,
    `$1${MARK}`,
  ],
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,200}:)[^\s@/]{1,500}@/gi, `$1${MARK}@`],
]

/**
 * SECURITY: a line of a connector as it may be kept, shown and copied. Looked through before the escapes go, because a
 * broken one takes the first letter of a secret's name along, and after, so that none hides a secret from the patterns.
 */
export function safeLine(raw: string): string {
  return withoutSecrets(plainLine(withoutSecrets(raw)))
}

function withoutSecrets(text: string): string {
  return NAMED.reduce((line, [shape, replacement]) => line.replace(shape, replacement), redact(text))
}
