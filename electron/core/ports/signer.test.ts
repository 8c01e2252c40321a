import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { verifyDocument } from '#base/signature.ts'
import { memorySecretStore } from '../../../tests/support/memory-secret-store.ts'
import { profileSigner } from './signer.ts'

const folder = () => join(mkdtempSync(join(tmpdir(), 'gatehouse-signer-')), 'keys')

it('signs with one key for the life of the profile', async () => {
  const keychain = memorySecretStore()
  const keys = folder()
  const text = await profileSigner(keychain, keys).sign({ format: 'gatehouse-test-1' })
  const { publicKey, fingerprint } = await profileSigner(keychain, keys).publicKey()
  expect(verifyDocument(publicKey, Buffer.from(text))).toMatchObject({ ok: true, fingerprint })
})

it('signs nothing with another key while the keychain is closed', async () => {
  const keychain = memorySecretStore()
  const signer = profileSigner(keychain, folder())
  await signer.publicKey()
  keychain.state = 'locked'
  await expect(signer.sign({ format: 'gatehouse-test-1' })).rejects.toMatchObject({ code: 'keychain-locked' })
})

it('makes one key, however many ask at first', async () => {
  const signer = profileSigner(memorySecretStore(), folder())
  const [one, two] = await Promise.all([signer.publicKey(), signer.publicKey()])
  expect(one).toEqual(two)
})
