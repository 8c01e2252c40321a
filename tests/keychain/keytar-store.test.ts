import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newHome, obstacle, probe } from './session.ts'

const why = obstacle()
if (why !== null) console.warn(`keychain: not run: ${why}`)

it('runs where it must', () => {
  if (process.env.GATEHOUSE_REQUIRE_ALL === '1') expect(why).toBeNull()
})

describe.skipIf(why !== null)('gnome-keyring through keytar', () => {
  it('keeps a token over sessions, and nothing of it in a readable file', async () => {
    const home = newHome()
    expect(await probe('unlocked', home, 'status', 'keep', 'token')).toEqual([
      { state: 'ready', backend: 'Secret Service', detail: null },
      'keychain',
      true,
    ])
    const files = readdirSync(home.home, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    expect(files.length).toBeGreaterThan(0)
    for (const { parentPath, name } of files) {
      expect(readFileSync(join(parentPath, name), 'latin1')).not.toContain('KeychainKeychain')
    }
    expect(await probe('unlocked', home, 'token', 'forget', 'token')).toEqual([
      true,
      'forgotten',
      expect.objectContaining({ problem: 'token-missing' }),
    ])
  })

  it('a locked keyring is called locked although it reads as empty, and gives the token when it is open again', async () => {
    const home = newHome()
    const [kept, absent, status, token] = await probe(
      'unlocked',
      home,
      ...['keep', 'lock', 'absent', 'status', 'token'],
    )
    expect(kept).toBe('keychain')
    expect(absent).toBe(true)
    expect(status).toMatchObject({ state: 'locked', detail: expect.stringMatching(/locked/) })
    expect(token).toMatchObject({ problem: 'keychain-locked' })
    expect(await probe('unlocked', home, 'token')).toEqual([true])
  })

  it('a keyring that nobody opened is locked, and the token stays in memory', async () => {
    const [status, kept] = await probe('no-collection', newHome(), 'status', 'keep')
    expect(status).toMatchObject({ state: 'locked', detail: expect.stringMatching(/collection\/login/) })
    expect(kept).toBe('session')
  })

  it.each([
    ['no-bus', /Cannot autolaunch D-Bus/],
    ['no-service', /org\.freedesktop\.secrets/],
  ] as const)('%s: there is no keychain, and it is said in the system’s words', async (kind, words) => {
    const [status, kept, key] = await probe(kind, newHome(), 'status', 'keep', 'key')
    expect(status).toMatchObject({ state: 'missing', detail: expect.stringMatching(words) })
    expect(kept).toBe('session')
    expect(key).toMatchObject({ place: 'file' })
  })

  it('the platform’s key stays the same: in the file once it was made there, out of reach while locked', async () => {
    const first = newHome()
    const [made] = await probe('no-bus', first, 'key')
    expect(await probe('unlocked', first, 'key')).toEqual([made])
    const second = newHome()
    const [inKeychain, locked] = await probe('unlocked', second, 'key', 'lock', 'key')
    expect(inKeychain).toMatchObject({ place: 'keychain' })
    expect(locked).toMatchObject({ problem: 'keychain-locked' })
    expect(await probe('no-bus', second, 'key')).toMatchObject([{ problem: 'keychain-missing' }])
    expect(await probe('unlocked', second, 'key')).toEqual([inKeychain])
  })

  it('locked while the console runs: said, what it holds goes on, and what is new stays in memory', async () => {
    const home = newHome()
    const steps = ['keep', 'lock-meanwhile', 'held', 'status', 'keep', 'token']
    expect(await probe('unlocked', home, ...steps)).toMatchObject([
      'keychain',
      'locked',
      true,
      { state: 'locked', detail: expect.any(String) },
      'session',
      { problem: 'keychain-locked' },
    ])
    expect(await probe('unlocked', home, 'status', 'token')).toMatchObject([{ state: 'ready' }, true])
  })

  it('killed and started again under the console: said which, no check heals it, and the next start does', async () => {
    const home = newHome()
    const steps = [
      'keep',
      'kill-daemon',
      'status',
      'start-daemon',
      'status',
      'status',
      'token',
      'held',
      'keep',
    ]
    expect(await probe('unlocked', home, ...steps)).toMatchObject([
      'keychain',
      'killed',
      // Gone, or already replaced by the bus.
      { state: expect.stringMatching(/^(missing|restarted)$/) },
      'started',
      { state: 'restarted' },
      { state: 'restarted', detail: expect.any(String) },
      { problem: 'keychain-restarted' },
      true,
      'session',
    ])
    expect(await probe('unlocked', home, 'status', 'token')).toMatchObject([{ state: 'ready' }, true])
  })

  it('another keyring than the one of the profile gives no token and makes no second key', async () => {
    const first = newHome()
    const [made] = await probe('unlocked', first, 'key', 'keep')
    const other = { ...newHome(), folder: first.folder }
    expect(await probe('unlocked', other, 'status', 'token', 'key')).toMatchObject([
      { state: 'ready' },
      { problem: 'token-missing' },
      { problem: 'keychain-denied' },
    ])
    expect(await probe('unlocked', first, 'token', 'key')).toEqual([true, made])
  })

  it('a value that is another one than was kept is refused, not taken for damage of the profile', async () => {
    const home = newHome()
    expect(await probe('unlocked', home, 'key', 'spoil-key', 'key')).toMatchObject([
      { place: 'keychain' },
      'spoiled',
      { problem: 'keychain-denied', text: expect.stringContaining('another key') },
    ])
  })

  it('a keyring file that is damaged: the token is called missing, and typed anew it is kept again', async () => {
    const home = newHome()
    await probe('unlocked', home, 'keep')
    const files = readdirSync(home.home, { recursive: true, withFileTypes: true })
    const keyring = files.find(({ name }) => name === 'login.keyring')
    if (!keyring) throw new Error('There is no keyring file')
    const path = join(keyring.parentPath, keyring.name)
    const bytes = readFileSync(path)
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100, 0xa5)]))
    // gnome-keyring begins another keyring beside it: what was in the old one is gone, and it is no locked one.
    expect(await probe('unlocked', home, 'status', 'token', 'keep', 'token')).toMatchObject([
      { state: 'ready' },
      { problem: 'token-missing' },
      'keychain',
      true,
    ])
  })
})
