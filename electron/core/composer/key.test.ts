import { expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { managerKey } from '../../composer/secrets/private-key.ts'
import { managerKeyPem, newKeyPem, type SealedKeyPlace } from './key.ts'

function place() {
  let sealed: Uint8Array | null = null
  const kept: SealedKeyPlace = {
    get sealedKey() {
      return sealed
    },
    keepKey(bytes) {
      sealed = bytes
    },
  }
  return kept
}

it('is made once, kept sealed, and never made anew in silence', async () => {
  const kept = place()
  let made = 0
  const make = async () => new Secret(`not a real key ${++made}`)
  const sealing = async () => Buffer.alloc(32, 1)
  const first = await managerKeyPem(kept, sealing, make)
  expect(first.expose()).toBe('not a real key 1')
  expect(Buffer.from(kept.sealedKey ?? []).toString('latin1')).not.toContain('not a real key')
  expect((await managerKeyPem(kept, sealing, make)).expose()).toBe('not a real key 1')
  const other = managerKeyPem(kept, async () => Buffer.alloc(32, 2), make)
  await expect(other).rejects.toMatchObject({ code: 'keychain-denied' })
  expect(made).toBe(1)
})

it('is one that the composer takes, and that XTM Composer would take too', async () => {
  expect(managerKey((await newKeyPem()).expose()).bits).toBe(4096)
}, 30_000)
