import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { signedDocument, signingKey } from '#base/signature.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-verify-'))
const key = signingKey(Buffer.alloc(32, 3))

const written = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'verify-signed.ts'), ...args], { encoding: 'utf8' })

it('says whether a file is what the key signed, and tells a shell', () => {
  const keyFile = written('key.pem', key.publicKey)
  const text = signedDocument(key, { format: 'gatehouse-test-1', rows: [1, 2, 3] })
  const genuine = run(written('genuine.json', text), '--key', keyFile)
  expect(genuine.stdout).toBe(`Genuine: gatehouse-test-1, signed by ${key.fingerprint}.\n`)
  expect(genuine.status).toBe(0)

  const changed = run(written('changed.json', text.replace('2', '4')), '--key', keyFile)
  expect(changed.stdout).toBe('NOT GENUINE: it is not what was signed.\n')
  expect(changed.status).toBe(1)
})

it('says what it needs, and what it cannot read', () => {
  expect(run().status).toBe(2)
  expect(run('nowhere.json', '--key', 'nowhere.pem')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('ENOENT'),
  })
})
