import { z } from 'zod'
import { httpStatus } from '../opencti/graphql.ts'
import { RemoteError } from '../opencti/remote-error.ts'
import type { RawAnswer } from '../opencti/transport.ts'

/** How much of the platform's own words is repeated. */
const LONGEST_WORDS = 300

const Told = z.object({ message: z.string().min(1) })

/**
 * The JSON of an answer, checked by `schema`. Statuses are real here, unlike in GraphQL (opencti-api.md §6.2).
 * @throws RemoteError `wrong-token`, `role-missing`, `not-a-platform`, `http-status`, `platform-error`
 */
export function jsonOf<Data>(answer: RawAnswer, schema: z.ZodType<Data>): Data {
  const text = textOf(answer)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw /^\s*</.test(text)
      ? new RemoteError('not-a-platform', `The answer is ${answer.contentType || 'no JSON'}.`, 'unknown')
      : new RemoteError('platform-error', 'The answer is not valid JSON.', 'unknown')
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue ? `${issue.path.join('.')}: ${issue.message}` : ''
  throw new RemoteError('platform-error', `The answer has another form than expected. ${where}`, 'unknown')
}

/** The text of an answer that is one. @throws RemoteError */
export function textOf(answer: RawAnswer): string {
  const { status, text } = answer
  if (status >= 200 && status < 300) return text
  if (status === 401) throw refused('wrong-token', answer)
  if (status === 403) throw refused('role-missing', answer)
  if (status === 400) throw refused('platform-error', answer)
  if (status === 404) throw refused('http-status', answer)
  throw httpStatus(answer)
}

/** The platform looked at the request and did not do it. */
function refused(
  code: 'wrong-token' | 'role-missing' | 'platform-error' | 'http-status',
  { status, text }: RawAnswer,
): RemoteError {
  return new RemoteError(code, wordsOf(text) ?? `HTTP ${status}`, 'no', { httpStatus: status })
}

function wordsOf(text: string): string | null {
  try {
    const told = Told.safeParse(JSON.parse(text))
    return told.success ? told.data.message.slice(0, LONGEST_WORDS) : null
  } catch {
    return null
  }
}
