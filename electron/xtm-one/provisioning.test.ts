import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256, systemRandom } from '#base/crypto.ts'
import { findCanary } from '../../tests/support/canary.ts'
import type { ChildMessage, ChildTask } from '../../tests/support/xtm-one-child.ts'
import { ADMIN_KEY, PLATFORM_ID } from '../../tests/support/xtm-one-platform.ts'
import { type ProcessRun, runRegistration } from '../../tests/support/xtm-one-process.ts'
import { createRig, type Rig } from '../../tests/support/xtm-one-rig.ts'
import type { TokenToAdopt } from './ports.ts'
import { createProvisioner } from './provisioning.ts'

let rig: Rig
const children: ChildProcess[] = []
beforeEach(async () => {
  rig = await createRig()
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rig.close()
})

/** Values as they were adopted, by user: the test may know them, nobody else. */
const minted = new Map<string, Set<string>>()
beforeEach(() => minted.clear())
const learn = (userId: string, value: string): void => {
  minted.set(userId, (minted.get(userId) ?? new Set()).add(value))
}
const watched = (): Rig['platform']['provisioning'] => ({
  ...rig.platform.provisioning,
  adopt(tokens: readonly TokenToAdopt[]) {
    for (const { userId, value } of tokens) learn(userId, value.expose())
    return rig.platform.provisioning.adopt(tokens)
  },
})

/** One token each on the platform, the same one at XTM One, and its value nowhere else. */
function expectEachDelivered(users: number): void {
  const tokens = rig.platform.tokens()
  expect(tokens.size).toBe(users)
  for (const [userId, digests] of tokens) {
    const values = [...(minted.get(userId) ?? [])]
    expect([userId, digests.length, values.length]).toEqual([userId, 1, 1])
    const value = values[0] ?? ''
    expect(value).toMatch(/^flgrn_octi_tkn_[A-Za-z0-9]{64}$/)
    expect(Buffer.from(digests[0] ?? [])).toEqual(sha256(value))
    expect(rig.standIn.registrations.holds(PLATFORM_ID, `${userId}@example.org`, value)).toBe(true)
    expect(rig.standIn.registrations.replaced(PLATFORM_ID, `${userId}@example.org`)).toBe(0)
  }
  expect(rig.storage.provisioning.counts()).toMatchObject({ intended: 0, minted: 0, delivered: users })
  for (const { seed } of rig.storage.provisioning.of([...tokens.keys()]).values()) expect(seed).toBeNull()
}

function expectNoValueLeft(): void {
  const values = [ADMIN_KEY, ...[...minted.values()].flatMap((set) => [...set])]
  for (const value of values.slice(0, 20)) {
    expect(findCanary(rig.folder, value).hits).toEqual([])
    expect(rig.logText()).not.toContain(value)
  }
  // Whatever else has the shape of a token.
  for (const file of readdirSync(rig.folder)) {
    const content = readFileSync(join(rig.folder, file), 'latin1')
    expect([file, /flgrn_octi_tkn_[A-Za-z0-9]{8}/.test(content)]).toEqual([file, false])
  }
}

describe('provisioning', () => {
  it('mints one token a user, sends it once and an empty key from then on', async () => {
    rig.platform.addUsers(0, 1_200)
    const manager = rig.createManager('poc', { provisioning: watched() })
    await manager.registerNow()
    expectEachDelivered(1_200)
    await manager.registerNow()
    expectEachDelivered(1_200)
    expect(rig.storage.lastAnswer()?.userIntegrations).toBe(1_200)
    expectNoValueLeft()
  })

  it('sends the admin key once, and again when it is another one', async () => {
    const bodies: string[] = []
    const { createHttpPost } = await import('./http.ts')
    const post = createHttpPost()
    const manager = rig.createManager('poc', {
      http: async (request) => {
        let body = ''
        for await (const piece of request.body) body += piece
        bodies.push(body)
        return post({
          ...request,
          body: (async function* () {
            yield body
          })(),
        })
      },
    })
    rig.faults.push({ kind: 'status', status: 401 })
    for (let beat = 0; beat < 3; beat += 1) await manager.registerNow()
    // Refused, so sent again; then taken, so not.
    expect(bodies.map((body) => body.includes(ADMIN_KEY))).toEqual([true, true, false])
    expect(bodies[2]).not.toContain('admin_api_key')
  })

  it('sends no key and no user in the current profile', async () => {
    rig.platform.addUsers(0, 3)
    await rig.createManager('current').registerNow()
    expect(rig.platform.tokens().size).toBe(0)
    expect(rig.storage.lastAnswer()?.userIntegrations).toBe(0)
  })

  it('keeps the credentials for as long as XTM One has not said yes, whatever it said instead', async () => {
    rig.platform.addUsers(0, 3)
    rig.faults.push(
      { kind: 'status', status: 422 },
      { kind: 'text', text: 'not json' },
      { kind: 'large', bytes: 1_048_576 },
      { kind: 'half' },
    )
    const manager = rig.createManager('poc', { provisioning: watched() })
    for (let beat = 0; beat < 3; beat += 1) await manager.registerNow()
    expect(rig.storage.provisioning.counts()).toMatchObject({ minted: 3, delivered: 0 })
    await rig.drive(manager.registerNow())
    expectEachDelivered(3)
    expectNoValueLeft()
  })

  it('goes on where it stopped when the platform failed half way, and the beat went out all the same', async () => {
    rig.platform.addUsers(0, 1_100)
    let failing = true
    const port = watched()
    const provisioning = {
      ...port,
      adopt: (tokens: readonly TokenToAdopt[]) =>
        failing && (tokens[0]?.userId ?? '') >= 'user-000500'
          ? Promise.reject(new Error('disk full'))
          : port.adopt(tokens),
    }
    const manager = rig.createManager('poc', { provisioning })
    expect(await manager.registerNow()).toMatchObject({ outcome: 'registered' })
    expect(rig.storage.provisioning.counts()).toMatchObject({ delivered: 500, intended: 500 })
    failing = false
    await manager.registerNow()
    expectEachDelivered(1_100)
    expect(rig.logText()).toContain('will resume with the next beat')
  })

  it('takes in a user who came later', async () => {
    rig.platform.addUsers(0, 2)
    const manager = rig.createManager('poc', { provisioning: watched() })
    await manager.registerNow()
    rig.platform.addUsers(2, 1)
    await manager.registerNow()
    expectEachDelivered(3)
  })

  it('mints once even where two passes run into each other', async () => {
    rig.platform.addUsers(0, 1_200)
    const pass = (store: typeof rig.storage.provisioning) =>
      createProvisioner({ port: watched(), store, random: systemRandom }).pass(() => {})
    await Promise.all([pass(rig.storage.provisioning), pass(rig.openStorage().provisioning)])
    await rig.createManager('poc').registerNow()
    expectEachDelivered(1_200)
  })

  it('notices a revoked token and does not mint a new one: that would undo the revocation', async () => {
    rig.platform.addUsers(0, 3)
    const manager = rig.createManager('poc', { provisioning: watched() })
    await manager.registerNow()
    rig.platform.revokeTokenOf('user-000001')
    await manager.registerNow()
    await manager.registerNow()
    expect(manager.status().provisioned).toEqual({ intended: 0, minted: 0, delivered: 2, revoked: 1 })
    expect(rig.platform.tokens().get('user-000001')).toHaveLength(1)
    expect(rig.logText()).toMatch(/"revoked":1.*Users provisioned/)
    // A person asks for it: then, and only then, there is a second one.
    rig.storage.provisioning.forget(['user-000001'])
    await manager.registerNow()
    expect(rig.platform.tokens().get('user-000001')).toHaveLength(2)
    expect(manager.status().provisioned).toMatchObject({ delivered: 3, revoked: 0 })
  })

  it('says when XTM One holds fewer credentials than were delivered', async () => {
    rig.platform.addUsers(0, 3)
    const manager = rig.createManager('poc')
    await manager.registerNow()
    rig.faults.push({ kind: 'text', text: '{"status":"registered","user_integrations":1}' })
    await manager.registerNow()
    expect(rig.logText()).toContain('fewer users than were delivered')
  })
})

describe('a process of its own', { timeout: 60_000 }, () => {
  const run = (
    more: Partial<ChildTask>,
    heard: (message: ChildMessage, child: ChildProcess) => void = () => {},
  ): ProcessRun['ended'] => {
    const { child, ended } = runRegistration(rig, more, (message, self) => {
      if (message.type === 'adopted') for (const { userId, value } of message.tokens) learn(userId, value)
      heard(message, self)
    })
    children.push(child)
    return ended
  }
  const kill = (message: ChildMessage, child: ChildProcess): void => {
    if (message.type === 'standing') child.kill('SIGKILL')
  }

  it.each(['before-adopt', 'after-adopt', 'second-page', 'before-post', 'after-answer'] as const)(
    'killed with SIGKILL %s loses no credential and mints none twice',
    async (stopAt) => {
      rig.platform.addUsers(0, 600)
      expect(await run({ stopAt }, kill)).toMatchObject({ signal: 'SIGKILL', outcome: null })
      expect(rig.storage.provisioning.counts().delivered).toBe(0)
      expect(await run({ clockOffsetMs: 31_000 })).toMatchObject({ outcome: 'registered' })
      expectEachDelivered(600)
      expectNoValueLeft()
    },
  )

  it('killed again and again still ends with one token each', async () => {
    rig.platform.addUsers(0, 600)
    const points = ['second-page', 'after-adopt', 'before-post', 'after-answer', 'after-answer'] as const
    for (const [round, stopAt] of points.entries()) await run({ stopAt, clockOffsetMs: round * 31_000 }, kill)
    expect(await run({ clockOffsetMs: 10 * 31_000 })).toMatchObject({ outcome: 'registered' })
    expectEachDelivered(600)
    expectNoValueLeft()
  })

  it('takes 10 000 users in one pass with flat memory, and no later beat sends a key', async () => {
    rig.platform.addUsers(0, 10_000)
    const { outcome, measured } = await run({ measuredBeats: 3 })
    expect(outcome).toBe('registered')
    expect(rig.platform.tokens().size).toBe(10_000)
    expect(rig.storage.provisioning.counts()).toEqual({
      intended: 0,
      minted: 0,
      delivered: 10_000,
      revoked: 0,
    })
    const { live = [], keys = [] } = measured ?? {}
    expect(keys).toEqual([10_001, ...Array.from({ length: 3 }, () => 0)])
    // 2 passes of 21 pages; the first page has warmed nothing up yet.
    expect(live).toHaveLength(42)
    const growth = Math.max(...live.slice(3)) - Math.min(...live.slice(3))
    expect(growth, 'bytes').toBeLessThan(4_000_000)
  })
})
