import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { ledgerRig } from './ledger-rig.ts'
import { memorySecretStore } from './memory-secret-store.ts'

/**
 * Does recorded deeds until it is killed: `node ledger-child.ts FOLDER [CALLS]`. A deed is a line in FOLDER/deeds that names
 * its record. With CALLS it kills itself when the clock was asked so often, which is in the middle of a transaction.
 */
const [folder = '', calls = '0'] = process.argv.slice(2)

let asked = 0
const clock = {
  ...systemClock,
  now() {
    asked += 1
    if (asked === Number(calls)) process.kill(process.pid, 'SIGKILL')
    return systemClock.now()
  },
}
const { ledger } = ledgerRig({ folder, keychain: memorySecretStore('missing'), clock })
for (let deeds = 1; ; deeds += 1) {
  const intent = await ledger.begin('token.revoke', { tokenId: 'some', name: 'x'.repeat(120) })
  appendFileSync(join(folder, 'deeds'), `${intent.sequence}\n`)
  ledger.end(intent, 'done')
  if (deeds === 2) process.stdout.write('.')
  await new Promise((resolve) => setImmediate(resolve))
}
