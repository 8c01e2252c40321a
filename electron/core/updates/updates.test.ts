import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signingKey } from '#base/signature.ts'
import type { UpdateFailure } from '#shared/contract/updates.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import {
  artefactOf,
  manifestOf,
  RELEASE_KEY,
  type ReleaseServer,
  releaseServer,
} from '../../../tests/support/release-server.ts'
import { openConsoleDatabase } from '../database.ts'
import { isSafeAddress } from './fetching.ts'
import { isNewer } from './release.ts'
import { SeenReleaseStore } from './seen-store.ts'
import { UpdatesService } from './updates-service.ts'

const DAY = 86_400_000
const MANIFEST = '/releases/latest.json'
const FILE = 'Gatehouse-0.2.0.AppImage'
const program = randomBytes(300_000)

let server: ReleaseServer
const ends: (() => unknown)[] = []
beforeEach(async () => {
  server = await releaseServer()
  ends.push(() => server.close())
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function rig(
  options: { source?: typeof server.source | null; version?: string; folder?: string; on?: boolean } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'gatehouse-updates-'))
  const database = openConsoleDatabase(folder)
  const clock = new DrivenClock()
  const setting = { on: options.on ?? true }
  const updates = new UpdatesService({
    source: options.source === undefined ? server.source : options.source,
    isOn: () => setting.on,
    version: options.version ?? '0.1.0',
    machine: { platform: process.platform, arch: process.arch },
    store: new SeenReleaseStore(database),
    folder: join(folder, 'updates'),
    clock,
    logger: quietLogger().logger,
  })
  const close = (): void => {
    updates.dispose()
    if (database.isOpen) database.close()
  }
  ends.push(() => {
    close()
    rmSync(folder, { recursive: true, force: true })
  })
  const status = () => updates.status.value
  return { updates, clock, setting, folder, status, close, place: join(folder, 'updates') }
}

const offer = (change: object = {}): void => {
  server.answers.set(MANIFEST, manifestOf({ artefacts: [artefactOf(FILE, program)], ...change }))
  server.answers.set(`/releases/${FILE}`, program)
}

describe('asks nobody', () => {
  it('when no key was built in, even when it is switched on', async () => {
    const { updates, status, clock } = rig({ source: null })
    updates.start()
    await updates.check()
    clock.advance(10 * DAY)
    expect(status()).toEqual({ state: 'unavailable' })
    expect(clock.pending).toBe(0)
  })

  it('while the setting is off, whatever is pressed', async () => {
    const { updates, status, clock } = rig({ on: false })
    updates.start()
    updates.follow()
    await updates.check()
    await updates.download(FILE)
    clock.advance(10 * DAY)
    expect(status()).toEqual({ state: 'off', source: server.origin })
    expect(server.asked).toEqual([])
  })
})

describe('a newer release', () => {
  it('is told a minute after the start, then looked for once a day', async () => {
    offer()
    const { updates, status, clock } = rig()
    updates.start()
    expect(status()).toEqual({ state: 'waiting', source: server.origin })
    clock.advance(60_000)
    await expect.poll(status).toEqual({
      state: 'available',
      source: server.origin,
      checkedAt: clock.now(),
      version: '0.2.0',
      issuedAt: clock.now() - 60_000 - DAY,
      notes: 'Mended: everything.',
      files: [{ fileName: FILE, kind: 'AppImage', size: program.length }],
      download: null,
    })
    expect(server.asked).toHaveLength(1)
    await expect.poll(() => clock.untilNext).toBe(DAY)
  })

  it('is asked for without telling who asks', async () => {
    offer()
    await rig().updates.check()
    expect(Object.keys(server.asked[0]?.headers ?? {}).sort()).toEqual(
      [
        'accept',
        'accept-encoding',
        'accept-language',
        'connection',
        'host',
        'sec-fetch-mode',
        'user-agent',
      ].sort(),
    )
    expect(server.asked[0]?.headers).toMatchObject({ 'user-agent': 'Gatehouse', 'accept-language': '*' })
  })

  it('offers the files of this machine alone', async () => {
    offer({
      artefacts: [
        artefactOf('other-system.dmg', program, {
          kind: 'dmg',
          platform: process.platform === 'darwin' ? 'linux' : 'darwin',
        }),
        artefactOf('other-arch.deb', program, {
          kind: 'deb',
          arch: process.arch === 'arm64' ? 'x64' : 'arm64',
        }),
        artefactOf(FILE, program),
      ],
    })
    const { updates, status } = rig()
    await updates.check()
    expect(status()).toMatchObject({ files: [{ fileName: FILE }] })
    await updates.download('other-arch.deb')
    expect(server.asked).toHaveLength(1)
  })

  it('is fetched, verified, and left for a person to install', async () => {
    offer()
    const { updates, status, place } = rig()
    await updates.check()
    await updates.download(FILE)
    const path = join(place, FILE)
    expect(status()).toMatchObject({ state: 'available', download: { phase: 'ready', fileName: FILE, path } })
    expect(readFileSync(path).equals(program)).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    // Once whole it is not fetched again.
    await updates.download(FILE)
    expect(server.asked.filter(({ path: asked }) => asked.endsWith(FILE))).toHaveLength(1)
  })

  it('takes the place of what lay there, and of a file that was changed since', async () => {
    offer()
    const { updates, status, place } = rig()
    mkdirSync(place)
    writeFileSync(join(place, 'Gatehouse-0.1.5.AppImage'), 'old')
    writeFileSync(join(place, FILE), 'changed')
    writeFileSync(join(place, `${FILE}.part`), 'half')
    await updates.check()
    await updates.download(FILE)
    expect(status()).toMatchObject({ download: { phase: 'ready' } })
    expect(readdirSync(place)).toEqual([FILE])
  })

  it.each(['0.2.0', '0.2.1', '1.0.0'])('is none for %s', async (version) => {
    offer()
    const { updates, status } = rig({ version })
    await updates.check()
    expect(status()).toMatchObject({ state: 'current' })
    await updates.download(FILE)
    expect(server.asked).toHaveLength(1)
  })
})

describe('a hostile manifest', () => {
  const flipped = (text: string): string => text.replace('0.2.0', '9.2.0')
  const hostile: readonly (readonly [string, () => string, UpdateFailure])[] = [
    ['signed by somebody else', () => manifestOf({}, signingKey(randomBytes(32))), 'forged'],
    ['signed by somebody else, in our name', () => forgedName(), 'forged'],
    ['changed by a byte', () => flipped(manifestOf()), 'forged'],
    ['formatted anew', () => JSON.stringify(JSON.parse(manifestOf())), 'unreachable'],
    ['cut', () => manifestOf().slice(0, -20), 'unreachable'],
    ['empty', () => '', 'unreachable'],
    ['a page of a hotel', () => '<html>Welcome</html>', 'unreachable'],
    ['without a signature', () => '{"format":"gatehouse-release/1","version":"9.0.0"}', 'unreachable'],
    ['signed, but another document', () => manifestOf({ format: 'gatehouse-ledger/1' }), 'forged'],
    ['a version that is none', () => manifestOf({ version: '1.0.0-evil' }), 'forged'],
    ['ended', () => manifestOf({ expiresAt: '2026-01-15T12:00:00.000Z' }), 'stale'],
    [
      'a file outside the folder',
      () => manifestOf({ artefacts: [artefactOf('../../.bashrc', program)] }),
      'forged',
    ],
    [
      'a file at another host',
      () => manifestOf({ artefacts: [artefactOf('https://evil.example/x', program)] }),
      'forged',
    ],
    [
      'a file without end',
      () => manifestOf({ artefacts: [artefactOf(FILE, program, { size: 9e12 })] }),
      'forged',
    ],
  ]
  it.each(hostile)('%s', async (_, make, why) => {
    server.answers.set(MANIFEST, make())
    const { updates, status } = rig()
    await updates.check()
    expect(status()).toMatchObject({ state: 'failed', why })
  })

  /** Says of itself that our key signed it. */
  function forgedName(): string {
    const other = signingKey(randomBytes(32))
    return manifestOf({}, { ...other, fingerprint: RELEASE_KEY.fingerprint })
  }

  it('without end is left after 64 KiB', async () => {
    let written = 0
    server.answers.set(MANIFEST, (response) => {
      const more = (): void => {
        let takesMore = true
        while (takesMore && !response.destroyed && written < 50_000_000) {
          takesMore = response.write('x'.repeat(65_536))
          written += 65_536
        }
        if (!takesMore) response.once('drain', more)
      }
      more()
    })
    const { updates, status } = rig()
    await updates.check()
    expect(status()).toMatchObject({ state: 'failed', why: 'unreachable', detail: 'more than 65536 bytes' })
    expect(written).toBeLessThan(20_000_000)
  })

  it('that never comes is given up', async () => {
    server.answers.set(MANIFEST, () => {})
    const { updates, status, clock } = rig()
    const checking = updates.check()
    await expect.poll(() => server.asked.length).toBe(1)
    clock.advance(20_000)
    await checking
    expect(status()).toMatchObject({ state: 'failed', why: 'unreachable', detail: 'no answer in 20 s' })
    expect(clock.untilNext).toBe(DAY)
  })

  const redirect = (location: string) => (response: ServerResponse) => {
    response.writeHead(302, { location }).end()
  }
  const missing = (response: ServerResponse) => void response.writeHead(404).end()
  const cut = (response: ServerResponse) => void response.destroy()

  it.each([
    ['404', missing, 'HTTP 404'],
    ['a cut', cut, 'UND_ERR_SOCKET'],
    ['a way to http', redirect('http://releases.example/x'), 'not https: http://releases.example'],
    ['a way to a file', redirect('file:///etc/passwd'), 'not https: null'],
    ['a circle', redirect(MANIFEST), 'too many redirects'],
  ])('instead of it %s', async (_, answer, detail) => {
    server.answers.set(MANIFEST, answer)
    const { updates, status } = rig()
    await updates.check()
    expect(status()).toMatchObject({ state: 'failed', why: 'unreachable', detail })
  })

  it('a redirect that stays safe is followed', async () => {
    server.answers.set(MANIFEST, redirect('/elsewhere.json'))
    server.answers.set('/elsewhere.json', manifestOf())
    const { updates, status } = rig()
    await updates.check()
    expect(status()).toMatchObject({ state: 'available', version: '0.2.0' })
  })
})

describe('an old manifest shown again', () => {
  it('is refused for good, over a restart, though it was once true', async () => {
    const old = manifestOf({ version: '0.2.0' })
    const fixed = manifestOf({ version: '0.2.1', issuedAt: '2026-01-15T00:00:00.000Z' })
    const first = rig()
    server.answers.set(MANIFEST, old)
    await first.updates.check()
    server.answers.set(MANIFEST, fixed)
    await first.updates.check()
    expect(first.status()).toMatchObject({ state: 'available', version: '0.2.1' })
    first.close()

    const second = rig({ folder: first.folder })
    server.answers.set(MANIFEST, old)
    await second.updates.check()
    expect(second.status()).toMatchObject({ state: 'failed', why: 'replayed', detail: '0.2.0 < 0.2.1' })
    server.answers.set(MANIFEST, fixed)
    await second.updates.check()
    expect(second.status()).toMatchObject({ state: 'available', version: '0.2.1' })
  })

  it('nor is an older version that was signed later', async () => {
    const { updates, status } = rig()
    server.answers.set(MANIFEST, manifestOf({ version: '0.3.0' }))
    await updates.check()
    server.answers.set(MANIFEST, manifestOf({ version: '0.2.9', issuedAt: '2026-01-15T11:00:00.000Z' }))
    await updates.check()
    expect(status()).toMatchObject({ state: 'failed', why: 'replayed' })
  })

  it('what is forged is not remembered', async () => {
    const { updates, status } = rig()
    server.answers.set(MANIFEST, manifestOf({ version: '9.9.9' }, signingKey(randomBytes(32))))
    await updates.check()
    offer()
    await updates.check()
    expect(status()).toMatchObject({ state: 'available', version: '0.2.0' })
  })
})

describe('a hostile file', () => {
  it.each([
    [
      'another content',
      () => Buffer.from(program.map((byte, at) => (at === 0 ? byte ^ 1 : byte))),
      'damaged',
    ],
    ['cut', () => program.subarray(0, -1), 'damaged'],
    ['longer', () => Buffer.concat([program, Buffer.from([0])]), 'damaged'],
    ['empty', () => Buffer.alloc(0), 'damaged'],
  ] as const)('%s: nothing of it is left', async (_, content, why) => {
    offer()
    server.answers.set(`/releases/${FILE}`, content())
    const { updates, status, place } = rig()
    await updates.check()
    await updates.download(FILE)
    expect(status()).toMatchObject({ state: 'available', download: { phase: 'failed', why } })
    expect(readdirSync(place)).toEqual([])
  })

  it('a line that breaks leaves nothing, and another try succeeds', async () => {
    offer()
    server.answers.set(`/releases/${FILE}`, (response) => {
      response.writeHead(200, { 'content-length': program.length })
      response.write(program.subarray(0, 100_000), () => response.destroy())
    })
    const { updates, status, place } = rig()
    await updates.check()
    await updates.download(FILE)
    expect(status()).toMatchObject({ download: { phase: 'failed', why: 'unreachable' } })
    expect(readdirSync(place)).toEqual([])
    server.answers.set(`/releases/${FILE}`, program)
    await updates.download(FILE)
    expect(status()).toMatchObject({ download: { phase: 'ready' } })
  })

  it('a disk that takes nothing is called by its name', async () => {
    offer()
    const { updates, status, folder } = rig()
    writeFileSync(join(folder, 'updates'), 'in the way')
    await updates.check()
    await updates.download(FILE)
    expect(status()).toMatchObject({ download: { phase: 'failed', why: 'disk' } })
  })

  it('switched off in the middle it ends and leaves nothing', async () => {
    offer()
    server.answers.set(`/releases/${FILE}`, (response) => {
      response.write(program.subarray(0, 100_000))
    })
    const { updates, status, setting, place } = rig()
    updates.start()
    await updates.check()
    const loading = updates.download(FILE)
    await expect.poll(status).toMatchObject({ download: { phase: 'loading', received: 100_000 } })
    setting.on = false
    updates.follow()
    await loading
    expect(status()).toEqual({ state: 'off', source: server.origin })
    expect(existsSync(join(place, `${FILE}.part`))).toBe(false)
  })

  it('silence in the middle is given up', async () => {
    offer()
    server.answers.set(`/releases/${FILE}`, (response) => {
      response.write(program.subarray(0, 1_000))
    })
    const { updates, status, clock } = rig()
    await updates.check()
    const loading = updates.download(FILE)
    await expect.poll(status).toMatchObject({ download: { received: 1_000 } })
    clock.advance(60_000)
    await loading
    expect(status()).toMatchObject({
      download: { phase: 'failed', why: 'unreachable', detail: 'no answer in 60 s' },
    })
  })
})

it.each([
  ['https://releases.example/x', true],
  ['http://127.0.0.1:80/x', true],
  ['http://[::1]/x', true],
  ['http://releases.example/x', false],
  ['http://127.0.0.1.evil.example/x', false],
  ['https://user:pass@releases.example/x', false],
  ['ftp://releases.example/x', false],
  ['javascript:alert(1)', false],
  ['', false],
])('%s is safe: %s', (address, safe) => expect(isSafeAddress(address)).toBe(safe))

it.each([
  ['0.2.0', '0.1.9', true],
  ['0.10.0', '0.9.0', true],
  ['1.0.0', '0.99.99', true],
  ['0.1.0', '0.1.0', false],
  ['0.1.9', '0.2.0', false],
])('%s after %s: %s', (a, b, newer) => expect(isNewer(a, b)).toBe(newer))
