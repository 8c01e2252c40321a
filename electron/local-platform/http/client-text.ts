import { redact } from '#base/redact.ts'

const LONGEST = 256
const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi
/** A long run without a pause: a credential has that shape; a product, a host and a field's name have not. */
const DENSE_RUNS = [/(?=\w*\d)\w{20,}/g, /(?=[\w+/=-]*\d)(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])[\w+/=-]{32,}/g]

/**
 * What a client says of itself or sent by mistake, as it may be kept and shown: cut, and without anything that could be a
 * credential. Null stays null.
 * SECURITY: users paste tokens into every place there is; legacy tokens are bare UUIDs (zero-logging, PRD).
 */
export function clientText(text: string | undefined): string | null {
  return text === undefined ? null : withoutCredentials(text.slice(0, LONGEST))
}

/** `text` with everything that has the shape of a credential taken out. */
export function withoutCredentials(text: string): string {
  return [UUID, ...DENSE_RUNS].reduce((clean, shape) => clean.replace(shape, '[redacted]'), redact(text))
}
