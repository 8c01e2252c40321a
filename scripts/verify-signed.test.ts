import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { signedDocument, signingKey } from '#base/signature.ts'
import { profileSigner } from '../electron/core/ports/signer.ts'
import { ledgerRig } from '../tests/support/ledger-rig.ts'

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
  expect(changed.stdout).toBe(`NOT GENUINE: ${join(folder, 'changed.json')}: it is not what was signed.\n`)
  expect(changed.status).toBe(1)
})

it('says what it needs, and what it cannot read', () => {
  expect(run().status).toBe(2)
  expect(run('nowhere.json', '--key', 'nowhere.pem')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('ENOENT'),
  })
})

it('knows whether a ledger is whole and continues an earlier export', async () => {
  const rig = ledgerRig()
  const signer = profileSigner(rig.keychain, rig.keyFolder)
  const keyFile = written('ledger.pem', (await signer.publicKey()).publicKey)
  const exported = async (name: string) => written(name, (await rig.ledger.export(signer)).text)

  await rig.ledger.begin('token.revoke', { name: 'Zoë' })
  await rig.ledger.begin('token.revoke', {})
  const earlier = await exported('earlier.json')
  await rig.ledger.begin('token.revoke', {})
  const later = await exported('later.json')
  const whole = run(later, '--key', keyFile, '--earlier', earlier)
  expect(whole.stdout).toMatch(
    /The ledger is whole: 3 records, .*Anchor of the main chain: 3:.*It continues/s,
  )
  expect(whole.status).toBe(0)
  const setBack = run(earlier, '--key', keyFile, '--earlier', later)
  expect(setBack.stdout).toMatch(/BROKEN: record 3 of the earlier export/)
  expect(setBack.status).toBe(1)

  // Who may sign, but left out a record, or kept to what the profile itself found broken.
  const document = JSON.parse(readFileSync(later, 'utf8'))
  const { signedBy: _, signature: __, ...members } = document
  const forged = await signer.sign({ ...members, records: members.records.toSpliced(1, 1) })
  expect(run(written('forged.json', forged), '--key', keyFile).stdout).toMatch(
    /BROKEN: record 2 does not follow/,
  )
  const cut = await signer.sign({ ...members, records: members.records.slice(0, 2) })
  expect(run(written('cut.json', cut), '--key', keyFile)).toMatchObject({ status: 1 })
  rig.database.exec("UPDATE record SET body = replace(body, 'Zoë', 'Zoe')")
  const broken = run(await exported('broken.json'), '--key', keyFile)
  expect(broken.stdout).toMatch(/BROKEN: record 1 is not what was written/)
  expect(broken.status).toBe(1)
  rig.close()
})
