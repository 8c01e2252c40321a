import { ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'

/**
 * `secret` in a file that only the holder of the recipient's private key can open: age's format, armored, opened by
 * `age -d -i KEY FILE` (T-08). Nothing but the value is in it, without a line's end.
 * @param recipient `age1…`
 * @throws ProblemError `bad-recipient`
 */
export async function sealedFor(recipient: string, secret: Secret): Promise<string> {
  // Loaded when first wanted: it is larger than all of the console's own code at its start.
  const { armor, Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  try {
    encrypter.addRecipient(recipient)
  } catch {
    // SECURITY: not a word of what was pasted, which may be somebody's private key.
    throw new ProblemError('bad-recipient')
  }
  return armor.encode(await encrypter.encrypt(secret.expose()))
}
