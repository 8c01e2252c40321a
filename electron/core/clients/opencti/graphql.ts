import { z } from 'zod'
import type { ProblemCode } from '#shared/domain/problem.ts'
import { type Execution, RemoteError } from './remote-error.ts'
import type { RawAnswer } from './transport.ts'

const GraphQlError = z.object({
  message: z.string().catch(''),
  path: z.array(z.unknown()).nullish().catch(null),
  extensions: z
    .object({ code: z.string().catch('') })
    .nullish()
    .catch(null),
})
type GraphQlError = z.infer<typeof GraphQlError>

const Envelope = z
  .object({ data: z.unknown().optional(), errors: z.array(GraphQlError).nullish() })
  .refine(({ data, errors }) => data !== undefined || (errors?.length ?? 0) > 0)

/**
 * The data of an answer, checked by `schema`. The HTTP status is looked at last: OpenCTI sends its errors with 200
 * (opencti-api.md §1), newer servers may send them with 4xx.
 * @param mutation what was carried out counts, whatever failed beside it: a whole result is given in spite of errors
 * @throws RemoteError
 */
export function dataOf<Data>(answer: RawAnswer, schema: z.ZodType<Data>, mutation = false): Data {
  const envelope = envelopeOf(answer)
  const errors = envelope.errors ?? []
  const [error] = errors
  if (error) {
    const done = mutation && hasResult(envelope.data)
    const data = done ? schema.safeParse(envelope.data) : null
    if (data?.success) return data.data
    const sure = !done && errors.every((each) => errorOf(each).execution === 'no')
    throw errorOf(error, sure)
  }
  const data = schema.safeParse(envelope.data)
  if (data.success) return data.data
  const issue = data.error.issues[0]
  const where = issue ? `${issue.path.join('.')}: ${issue.message}` : ''
  throw new RemoteError('platform-error', `The answer has another form than expected. ${where}`, 'unknown')
}

function hasResult(data: unknown): boolean {
  return typeof data === 'object' && data !== null && Object.values(data).some((field) => field != null)
}

function envelopeOf(answer: RawAnswer): z.infer<typeof Envelope> {
  let json: unknown
  try {
    json = JSON.parse(answer.text)
  } catch {
    throw notGraphQl(answer)
  }
  const envelope = Envelope.safeParse(json)
  if (envelope.success) return envelope.data
  throw answer.status >= 200 && answer.status < 300
    ? new RemoteError('not-a-platform', 'The answer is JSON, but no GraphQL.', 'unknown')
    : httpStatus(answer)
}

function notGraphQl(answer: RawAnswer): RemoteError {
  const { status, contentType, text } = answer
  const found = (status >= 200 && status < 300) || status === 404 || status === 405
  if (!found) return httpStatus(answer)
  if (/json/i.test(contentType) && status < 300 && !/^\s*</.test(text)) {
    return new RemoteError('platform-error', 'The answer is not valid JSON.', 'unknown')
  }
  return new RemoteError('not-a-platform', `HTTP ${status}, ${contentType || 'no content type'}`, 'unknown')
}

/** The failure that an answer's status is. */
export function httpStatus({ status, location, retryAfter }: RawAnswer): RemoteError {
  const detail = location === null ? `HTTP ${status}` : `HTTP ${status}, to ${location}`
  // Whatever the status: something in between may say it after the platform has acted.
  return new RemoteError('http-status', detail, 'unknown', { httpStatus: status, retryAfter })
}

interface Meaning {
  readonly code: ProblemCode
  readonly execution: Execution
}

const refused = (code: ProblemCode): Meaning => ({ code, execution: 'no' })

/** `extensions.code` of opencti-api.md §1. What is not listed may have been thrown after the work was done. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  AUTH_REQUIRED: refused('wrong-token'),
  AUTH_FAILURE: refused('wrong-token'),
  OTP_REQUIRED: refused('two-factor'),
  OTP_REQUIRED_ACTIVATION: refused('two-factor'),
  PASSWORD_CHANGE_REQUIRED: refused('forbidden'),
  FORBIDDEN_ACCESS: refused('forbidden'),
  LTS_REQUIRED_ACTIVATION: refused('platform-error'),
  FUNCTIONAL_ERROR: refused('platform-error'),
  ALREADY_DELETED_ERROR: refused('platform-error'),
  RESOURCE_NOT_FOUND: refused('platform-error'),
  VALIDATION_ERROR: refused('platform-error'),
  UNSUPPORTED_ERROR: refused('platform-error'),
  GRAPHQL_PARSE_FAILED: refused('old-platform'),
  GRAPHQL_VALIDATION_FAILED: refused('old-platform'),
  BAD_USER_INPUT: refused('old-platform'),
}

/** @param sure false: the answer's other parts leave open whether it was carried out */
function errorOf({ message, path, extensions }: GraphQlError, sure = true): RemoteError {
  const code = extensions?.code ?? ''
  // An error below the asked field comes when that field's work is done, also where it empties the whole answer.
  const execution = (sureOf: Execution): Execution => (sure && (path?.length ?? 0) <= 1 ? sureOf : 'unknown')
  if (code === 'FUNCTIONAL_ERROR' && /user not found/i.test(message)) {
    return new RemoteError('user-not-found', message, execution('no'))
  }
  if (code === 'FUNCTIONAL_ERROR' && /token not found/i.test(message)) {
    return new RemoteError('token-not-found', message, execution('no'))
  }
  const meaning = Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined
  const detail = code === '' ? message : `${code}: ${message}`
  if (!meaning) return new RemoteError('platform-error', detail, 'unknown')
  const unknownField = code === 'GRAPHQL_VALIDATION_FAILED' || code === 'BAD_USER_INPUT'
  return new RemoteError(meaning.code, detail, execution(meaning.execution), { unknownField })
}
