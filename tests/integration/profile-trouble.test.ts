import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it, type TestContext } from 'vitest'
import { whyNot } from '../../electron/host/why-not.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { DrivenClock } from '../support/driven-clock.ts'
import { type FakeOpenCti, fakeOpenCti } from '../support/fake-opencti.ts'
import { memorySecretStore } from '../support/memory-secret-store.ts'
import { type SmallDisk, smallDisk } from '../support/small-disk.ts'

/** REL-7: a profile that cannot be read or written. Each ends in a sentence that a person understands, and in no loss. */
const keychain = memorySecretStore()
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function open(folder: string) {
  const rig = consoleRig({ folder, keychain, clock: new DrivenClock() })
  ends.push(() => rig.console.dispose())
  return rig
}

async function platform(): Promise<FakeOpenCti> {
  const fake = await fakeOpenCti()
  ends.push(() => fake.close())
  return fake
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-profile-'))
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function diskOf(kilobytes: number, context: TestContext): SmallDisk {
  const disk = smallDisk(kilobytes)
  if (disk === null) context.skip('no right to mount a small disk')
  ends.push(() => disk.remove())
  return disk
}

/** Why a console does not start in `folder`, as both hosts tell it. */
function refusal(folder: string): string {
  try {
    open(folder)
  } catch (error) {
    return whyNot(error, folder)
  }
  throw new Error('It should not have started')
}

const generate = (connectionId: string) =>
  ({ connectionId, userId: 'me', name: 'ci', duration: 'DAYS_30' }) as const

describe('a full disk', () => {
  it('under a running console: said, nothing is done unrecorded, and it goes on when there is room', async (context) => {
    const disk = diskOf(3_000, context)
    const fake = await platform()
    const rig = open(disk.folder)
    const connectionId = await rig.connect(fake.url)
    disk.fill()
    let told = await problemOf(rig.client.tokens.generate(generate(connectionId)).then(goOn))
    // The last page of the log may have had room for one more.
    for (let tries = 0; told?.code === 'bad-input' && tries < 50; tries += 1)
      told = await problemOf(rig.client.tokens.generate(generate(connectionId)).then(goOn))
    expect(told?.code).toBe('ledger-failed')
    const made = fake.users[0]?.tokens.length
    expect(await problemOf(rig.client.tokens.generate(generate(connectionId)))).toMatchObject({
      code: 'ledger-failed',
    })
    expect(fake.users[0]?.tokens).toHaveLength(made ?? -1)
    const settings = await settled(async () => {
      for (let count = 0; count < 200; count += 1)
        await rig.client.settings.change({ tokenNameTemplate: String(count).padStart(100, 'x') })
    })
    expect(settings).toBe('storage-failed')
    disk.makeRoom()
    await rig.client.tokens.generate(generate(connectionId))
    await rig.client.settings.change({ scheme: 'dark' })
    expect(await rig.client.activity.verify()).toMatchObject({ state: 'whole' })
  })

  it('before the start: said with the folder and the way out, and it starts when there is room', async (context) => {
    const disk = diskOf(1_000, context)
    disk.fill()
    const words = refusal(disk.folder)
    expect(words).toContain('is full')
    expect(words).toContain(disk.folder)
    disk.makeRoom()
    expect((await open(disk.folder).client.system.info()).host).toBe('desktop')
  })
})

describe('a disk that is read-only', () => {
  it('before the start: said, and nothing of the profile is touched', async (context) => {
    const disk = diskOf(4_000, context)
    const first = consoleRig({ folder: disk.folder, keychain, clock: new DrivenClock() })
    await first.console.dispose()
    const before = contents(disk.folder)
    disk.readOnly(true)
    expect(refusal(disk.folder)).toContain('cannot be written')
    disk.readOnly(false)
    expect(contents(disk.folder)).toEqual(before)
  })
})

describe('a damaged profile', () => {
  async function written(): Promise<{ folder: string; connectionId: string; url: string }> {
    const folder = freshFolder()
    const fake = await platform()
    const rig = consoleRig({ folder, keychain, clock: new DrivenClock() })
    const connectionId = await rig.connect(fake.url)
    await rig.client.tokens.generate(generate(connectionId))
    await rig.console.dispose()
    return { folder, connectionId, url: fake.url }
  }

  it('what cannot be lost stops the start, untouched: connections and what is under way', async () => {
    const { folder } = await written()
    const path = join(folder, 'console.sqlite')
    writeFileSync(path, 'this is no database, '.repeat(500))
    const words = refusal(folder)
    expect(words).toContain('is damaged')
    expect(words).toContain('rename console.sqlite')
    expect(readFileSync(path, 'utf8')).toMatch(/^this is no database/)
    // The way out that the sentence names.
    spawnSync('mv', [path, `${path}.old`])
    const rig = open(folder)
    expect((await rig.client.activity.ledger(everything)).entries.length).toBeGreaterThan(0)
    expect(keychain.items.size).toBeGreaterThan(0)
  })

  it.each(['connectors.sqlite', 'heartbeat.sqlite', 'inventory.sqlite'])(
    'what can be read again is moved aside: %s',
    async (file) => {
      const { folder, connectionId } = await written()
      writeFileSync(join(folder, file), 'this is no database, '.repeat(500))
      const rig = open(folder)
      const [connection] = (await firstOf(rig.client.connections.watch())).filter(
        ({ id }) => id === connectionId,
      )
      expect(connection?.name).toBe('Test')
      const aside = readdirSync(folder).find((name) => name.startsWith(`${file}.damaged`))
      expect(aside && readFileSync(join(folder, aside), 'utf8')).toMatch(/^this is no database/)
    },
  )

  it('one of a newer version is left as it is, and the way out is said', async () => {
    const { folder } = await written()
    const database = new DatabaseSync(join(folder, 'console.sqlite'))
    database.exec('PRAGMA user_version = 999')
    database.close()
    const before = readFileSync(join(folder, 'console.sqlite'))
    const words = refusal(folder)
    expect(words).toContain('newer Gatehouse')
    expect(words).toContain('GATEHOUSE_PROFILE')
    expect(readFileSync(join(folder, 'console.sqlite')).equals(before)).toBe(true)
  })
})

it('a folder that may not be made is said as well', async (context) => {
  const disk = diskOf(1_000, context)
  mkdirSync(join(disk.folder, 'home'))
  disk.readOnly(true)
  const words = refusal(join(disk.folder, 'home', 'profile'))
  expect(words).toContain('cannot be written')
})

const everything = { before: null, first: 50, search: '', kind: null, personId: null } as const

/** A call that should have failed counts as one that may be tried again. */
const goOn = () => Promise.reject({ code: 'PROBLEM', data: { code: 'bad-input', detail: null } })

async function settled(work: () => Promise<void>): Promise<string | null> {
  const done = Symbol('done')
  return problemOf(work().then(() => Promise.reject(done))).then(
    (problem) => problem?.code ?? null,
    (error: unknown) => {
      if (error === done) return null
      throw error
    },
  )
}

async function firstOf<Piece>(asked: Promise<AsyncIterator<Piece>>): Promise<Piece> {
  const reader = await asked
  const { value } = await reader.next()
  await reader.return?.()
  return value as Piece
}

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith('.sqlite'))
      .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  )
