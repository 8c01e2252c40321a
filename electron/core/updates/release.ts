import { z } from 'zod'
import { verifyDocument } from '#base/signature.ts'
import { type UpdateFailure, UpdateFile } from '#shared/contract/updates.ts'

export const RELEASE_FORMAT = 'gatehouse-release/1'

const Version = z.string().regex(/^(?:0|[1-9]\d{0,5})(?:\.(?:0|[1-9]\d{0,5})){2}$/)
const Time = z.iso.datetime().transform((text) => Date.parse(text))

/** A file of a release. SECURITY: a name without a folder, which is also the last part of its address. */
const Artefact = UpdateFile.extend({
  fileName: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  platform: z.enum(['linux', 'darwin', 'win32']),
  arch: z.enum(['x64', 'arm64']),
  size: z.number().int().min(1).max(2_000_000_000),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Artefact = z.infer<typeof Artefact>

/** What a publisher signs: one release, until when it may be called the newest, and its files. */
const Release = z.object({
  format: z.literal(RELEASE_FORMAT),
  version: Version,
  issuedAt: Time,
  expiresAt: Time,
  notes: z.string().max(4_000),
  artefacts: z.array(Artefact).max(40),
})
export type Release = z.infer<typeof Release>

/** What is remembered of the newest release that was ever believed. */
export interface SeenRelease {
  readonly version: string
  /** ms since the epoch */
  readonly issuedAt: number
}

export type ReleaseVerdict =
  | { readonly ok: true; readonly release: Release }
  | { readonly ok: false; readonly why: UpdateFailure; readonly detail: string | null }

/**
 * Whether a manifest may be believed (decision 0130).
 * @param bytes as they came
 * @param publicKey the release key that is built in, SPKI in PEM
 * @param seen null: none was ever believed
 * @param now ms since the epoch
 */
export function judgeRelease(
  bytes: Uint8Array,
  publicKey: string,
  seen: SeenRelease | null,
  now: number,
): ReleaseVerdict {
  const no = (why: UpdateFailure, detail: string | null = null): ReleaseVerdict => ({
    ok: false,
    why,
    detail,
  })
  // SECURITY: nothing of it is looked at before the signature over every byte of it is.
  const verdict = verifyDocument(publicKey, bytes)
  if (!verdict.ok) return no(verdict.why === 'unsigned' ? 'unreachable' : 'forged', verdict.why)
  const parsed = Release.safeParse(verdict.document)
  // What the key signed but is no release of this form: made for a later program, or for another purpose.
  if (!parsed.success) return no('forged', parsed.error.issues[0]?.path.join('.') ?? null)
  const release = parsed.data
  // SECURITY: against a rollback: a signature never ends, so an old release would be believed for ever.
  if (seen && (release.issuedAt < seen.issuedAt || isNewer(seen.version, release.version)))
    return no('replayed', `${release.version} < ${seen.version}`)
  // SECURITY: against a freeze: who holds back new releases can show the last one only until it ends.
  if (release.expiresAt <= now) return no('stale', new Date(release.expiresAt).toISOString())
  return { ok: true, release }
}

/** Whether version `a` comes after `b`; both as `1.2.3`. */
export function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]]
  const at = left.findIndex((number, index) => number !== right[index])
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0)
}
