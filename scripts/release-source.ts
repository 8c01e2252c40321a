import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isSafeAddress } from '../electron/core/updates/fetching.ts'
import type { ReleaseSource } from '../electron/core/updates/release-source.ts'

/**
 * Where a publisher's builds look for releases: `GATEHOUSE_RELEASES_URL` (https address of the manifest) and
 * `GATEHOUSE_RELEASES_KEY` (file of the public key, PEM). Null without both: such a build asks nobody.
 * @throws Error when only one is there, or one that would not do
 */
export function releaseSource(
  environment: Readonly<Record<string, string | undefined>>,
): ReleaseSource | null {
  const { GATEHOUSE_RELEASES_URL: url, GATEHOUSE_RELEASES_KEY: keyFile } = environment
  if (!url && !keyFile) return null
  if (!url || !keyFile) throw new Error('GATEHOUSE_RELEASES_URL and GATEHOUSE_RELEASES_KEY belong together')
  if (!isSafeAddress(url)) throw new Error(`GATEHOUSE_RELEASES_URL is no https address: ${url}`)
  const key = createPublicKey(readFileSync(keyFile))
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('GATEHOUSE_RELEASES_KEY is no Ed25519 key')
  return { url: new URL(url).href, publicKey: key.export({ type: 'spki', format: 'pem' }).toString() }
}
