import { existsSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '#base/clock.ts'
import { KEYCHAIN_SERVICE, keytarStore } from '../electron/core/ports/keytar-store.ts'
import { profileDiagnostics } from '../electron/core/profile-diagnostics.ts'
import { profileFolder } from '../electron/host/profile-folder.ts'
import packageJson from '../package.json' with { type: 'json' }

/**
 * `npm run diagnostics -- [--data DIR] [--out FILE]`: the diagnostics bundle of a profile, for a host without a window. Exit
 * code: 0 it is written; 1 it could not be; 2 wrong arguments.
 */
const USAGE = `Usage: npm run diagnostics -- [--data DIR] [--out FILE | --print]

  --data   the folder of the profile; your own unless given
  --out    where the bundle goes; gatehouse-diagnostics-….json here unless given. Nothing is overwritten
  --print  shows the bundle instead of writing it
`

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { data, out, print } = readArguments()
  const folder =
    data === undefined
      ? profileFolder({ platform: process.platform, home: homedir(), environment: process.env })
      : resolve(data)
  if (!existsSync(folder)) throw new Error(`There is no profile in ${folder}.`)
  const os = process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux'
  const { fileName, text } = await profileDiagnostics({
    profileFolder: folder,
    version: packageJson.version,
    secretStore: keytarStore({ service: KEYCHAIN_SERVICE, os, clock: systemClock }),
  })
  if (print) {
    process.stdout.write(text)
    return
  }
  const file = resolve(out ?? fileName)
  writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
  for (const [name, part] of Object.entries(JSON.parse(text).parts))
    console.log(`${name.padEnd(12)} ${JSON.stringify(part).length} characters`)
  console.log(`\nWritten to ${file}. Secrets, hosts, people and ids are masked. Read it before you send it.`)
}

function readArguments() {
  try {
    return parseArgs({
      options: { data: { type: 'string' }, out: { type: 'string' }, print: { type: 'boolean' } },
    }).values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    process.exit(2)
  }
}
