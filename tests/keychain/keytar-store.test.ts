import { readdirSync, readFileSync } from 'node:fs'
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
})
