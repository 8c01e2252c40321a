import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { signedDocument, signingKey } from '#base/signature.ts'
import { type Artefact, judgeRelease, RELEASE_FORMAT } from '../electron/core/updates/release.ts'
import packageJson from '../package.json' with { type: 'json' }

/**
 * The publisher's half of the updates (docs/operations.md). Exit code: 0 done; 1 it could not be; 2 wrong arguments.
 */
const USAGE = `Usage: npm run release-manifest -- new-key --key PRIVATE.pem
       npm run release-manifest -- sign --key PRIVATE.pem [--dir dist] [--days 30] [--notes FILE]

  new-key  makes the key that signs releases, and PRIVATE.pem.pub to build in; nothing is overwritten
  sign     writes latest.json into the folder of the packages: version, digests and sizes of what lies there, and until
           when it may be called the newest. Sign again before that day, also without a new version
`

const KINDS = { AppImage: 'AppImage', deb: 'deb', rpm: 'rpm', dmg: 'dmg', exe: 'nsis' } as const
const PLATFORMS = { AppImage: 'linux', deb: 'linux', rpm: 'linux', dmg: 'darwin', nsis: 'win32' } as const
const DAY_MS = 86_400_000

class UsageError extends Error {}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments()
  if (!values.key || positionals.length !== 1) throw new UsageError(USAGE)
  if (positionals[0] === 'new-key') return newKey(values.key)
  if (positionals[0] !== 'sign') throw new UsageError(USAGE)
  const days = Number(values.days)
  if (!(days > 0 && days <= 366)) throw new UsageError('--days takes 1 to 366')
  await sign(values.key, resolve(values.dir), days, values.notes ? readFileSync(values.notes, 'utf8') : '')
}

/** SECURITY: the private half is the publisher's alone; it is written once, for its owner, and never read back aloud. */
function newKey(file: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600 })
  writeFileSync(`${file}.pub`, publicKey.export({ type: 'spki', format: 'pem' }), { flag: 'wx' })
  console.log(`The private key is ${file}: keep it offline. Build with GATEHOUSE_RELEASES_KEY=${file}.pub`)
}

async function sign(keyFile: string, folder: string, days: number, notes: string): Promise<void> {
  const der = createPrivateKey(readFileSync(keyFile)).export({ type: 'pkcs8', format: 'der' })
  // The last 32 bytes of an Ed25519 key in PKCS #8 are its seed (RFC 8410).
  const key = signingKey(der.subarray(-32))
  const artefacts: Artefact[] = []
  for (const fileName of readdirSync(folder).sort()) {
    const kind = KINDS[fileName.split('.').at(-1) as keyof typeof KINDS]
    if (kind)
      artefacts.push({
        ...(await measured(join(folder, fileName))),
        fileName,
        kind,
        ...madeFor(fileName, kind),
      })
  }
  if (artefacts.length === 0) throw new Error(`There is no package in ${folder}.`)
  const now = Date.now()
  const text = signedDocument(key, {
    format: RELEASE_FORMAT,
    version: packageJson.version,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + days * DAY_MS).toISOString(),
    notes,
    artefacts,
  })
  const verdict = judgeRelease(Buffer.from(text), key.publicKey, null, now)
  if (!verdict.ok)
    throw new Error(`Gatehouse would not believe this manifest: ${verdict.why} ${verdict.detail ?? ''}`)
  writeFileSync(join(folder, 'latest.json'), text)
  console.log(
    `${join(folder, 'latest.json')}: ${packageJson.version}, ${artefacts.length} files, for ${days} days`,
  )
}

function madeFor(fileName: string, kind: Artefact['kind']): Pick<Artefact, 'platform' | 'arch'> {
  return { platform: PLATFORMS[kind], arch: /arm64|aarch64/.test(fileName) ? 'arm64' : 'x64' }
}

async function measured(file: string): Promise<Pick<Artefact, 'size' | 'sha256'>> {
  const digest = createHash('sha256')
  let size = 0
  for await (const piece of createReadStream(file)) {
    size += piece.length
    digest.update(piece)
  }
  return { size, sha256: digest.digest('hex') }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        dir: { type: 'string', default: 'dist' },
        days: { type: 'string', default: '30' },
        notes: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
}
