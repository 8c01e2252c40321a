import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '#base/sqlite.ts'
import type { TokenNews } from '#shared/domain/token-news.ts'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import { tokenPlatform } from '../../../tests/support/token-platform.ts'
import { WallClock } from '../../../tests/support/wall-clock.ts'
import { openConsoleDatabase } from '../database.ts'
import { UpkeepService } from './upkeep-service.ts'
import { UpkeepStore } from './upkeep-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const ALICE = { connectionId: 'cert', userId: 'alice' }

let clock: WallClock
/** the platform's own clock, which nobody here can set */
let theirTime: () => number
let platform: ReturnType<typeof tokenPlatform>
let database: Database
let folder: string
let service: UpkeepService
let news: TokenNews[]
let recorded: string[]
let made: number
let reachable: string[]

function start(): void {
  service = new UpkeepService({
    tokens: platform.tokens,
    store: new UpkeepStore(database, quietLogger().logger),
    ledger: {
      async begin(action) {
        recorded.push(action)
        return { action, sequence: recorded.length }
      },
      end() {},
      async beginAll() {
        throw new Error('not used')
      },
      endAll() {},
    },
    clock,
    logger: quietLogger().logger,
    random: () => 0.5,
    unique: () => `entry-${++made}`,
    tell: (one) => void news.push(one),
    reachable: () => reachable,
    endingOf: async () => 'mine',
  })
  service.start()
}

async function restart(work: () => void = () => {}): Promise<void> {
  service.dispose()
  await turn()
  work()
  start()
  await turn()
}

const list = async () => {
  const reader = service.watch()
  const { value } = await reader.next()
  await reader.return?.()
  if (!value) throw new Error('The stream ended')
  return value
}
const timer = async () => (await list()).timers[0]
const rotation = async () => (await list()).rotations[0]
const kinds = () => news.map(({ kind }) => kind)

beforeEach(() => {
  clock = new WallClock()
  const start0 = clock.now()
  theirTime = () => start0 + clock.monotonic() + slept
  slept = 0
  platform = tokenPlatform({ ours: () => clock.now(), theirs: () => theirTime() })
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-upkeep-'))
  database = openConsoleDatabase(folder)
  news = []
  recorded = []
  made = 0
  reachable = []
  start()
})
afterEach(() => {
  service.dispose()
  database.close()
})

/** ms that the machine slept: the platform did not */
let slept = 0
function sleep(ms: number): void {
  clock.sleep(ms)
  slept += ms
}

describe('a revocation at a time', () => {
  const set = (ms: number) => service.revokeIn({ ...ALICE, tokenId: 'a', ms, reason: 'Contract ends' })
  beforeEach(() => void platform.add('a'))

  it('happens then, not before, is recorded and told', async () => {
    const { at } = await set(HOUR)
    expect(at).toBe(theirTime() + HOUR)
    await clock.pass(HOUR - MINUTE)
    expect(platform.revoked).toEqual([])
    expect(await timer()).toMatchObject({ state: 'waiting', problem: null })
    await clock.pass(MINUTE)
    expect(platform.revoked).toEqual([{ id: 'a', reason: 'Contract ends', at }])
    expect(await timer()).toMatchObject({ state: 'done', lateMs: null, endedAt: clock.now() })
    expect(recorded).toEqual(['token.revoke-at'])
    expect(kinds()).toEqual(['revoked'])
    await clock.pass(DAY)
    expect(platform.revoked).toHaveLength(1)
  })

  it('asks the platform nothing while it waits', async () => {
    await set(DAY)
    const before = platform.asked.length
    await clock.pass(DAY - MINUTE)
    expect(platform.asked.length - before).toBe(0)
  })

  it.each([
    ['forward', 9 * DAY],
    ['forward by years', 4_000 * DAY],
    ['back', -9 * DAY],
    ['back before 1970', -40_000 * DAY],
  ])('is neither early nor late when the wall clock is set %s', async (_, change) => {
    const { at } = await set(HOUR)
    await clock.pass(10 * MINUTE)
    clock.set(clock.now() + change)
    await clock.pass(50 * MINUTE - 30_000)
    expect(platform.revoked).toEqual([])
    await clock.pass(30_000)
    expect(platform.revoked).toMatchObject([{ at }])
    expect(await timer()).toMatchObject({ state: 'done', lateMs: null })
  })

  it('whose time passed in sleep happens at once on waking, and is called late', async () => {
    const { at } = await set(HOUR)
    sleep(3 * HOUR)
    await clock.pass(30_000)
    expect(platform.revoked).toHaveLength(1)
    const done = await timer()
    expect(done).toMatchObject({ state: 'done' })
    expect(done?.lateMs).toBe((platform.revoked[0]?.at ?? 0) - at)
    expect(done?.lateMs).toBeGreaterThan(2 * HOUR - MINUTE)
    expect(kinds()).toEqual(['revoked-late'])
  })

  it('in a sleep that ends before its time still happens then', async () => {
    const { at } = await set(3 * HOUR)
    sleep(2 * HOUR)
    await clock.pass(HOUR)
    expect(platform.revoked[0]?.at).toBeLessThanOrEqual(at + 30_000)
    expect(platform.revoked[0]?.at).toBeGreaterThanOrEqual(at)
  })

  it('survives a restart; one that was missed is made up for', async () => {
    await set(HOUR)
    await restart()
    await clock.pass(59 * MINUTE)
    expect(platform.revoked).toEqual([])
    await restart(() => sleep(DAY))
    expect(platform.revoked).toHaveLength(1)
    expect(await timer()).toMatchObject({ state: 'done' })
    expect(kinds()).toEqual(['revoked-late'])
    await restart()
    expect(platform.revoked).toHaveLength(1)
    expect(await timer()).toMatchObject({ state: 'done' })
  })

  it('survives a restart in which the clock was set, either way', async () => {
    for (const [place, change] of [-30 * DAY, 30 * DAY].entries()) {
      const id = `b${place}`
      platform.add(id)
      const { at } = await service.revokeIn({ ...ALICE, tokenId: id, ms: HOUR, reason: '' })
      await restart(() => clock.set(clock.now() + change))
      expect(platform.revoked.filter((one) => one.id === id)).toEqual([])
      await clock.pass(HOUR)
      expect(platform.revoked.find((one) => one.id === id)?.at).toBe(at)
    }
  })

  it('waits for a platform that is out of reach, says so once, and does it as soon as it can', async () => {
    await set(HOUR)
    platform.fail('unreachable')
    await clock.pass(HOUR + MINUTE)
    expect(await timer()).toMatchObject({ state: 'waiting', problem: { code: 'unreachable' } })
    expect(kinds()).toEqual([])
    await clock.pass(HOUR)
    expect(kinds()).toEqual(['not-revoked'])
    const tries = platform.asked.length
    expect(tries).toBeLessThan(120)
    platform.fail(null)
    await clock.pass(3 * MINUTE)
    expect(await timer()).toMatchObject({ state: 'done', problem: null })
    expect((await timer())?.lateMs).toBeGreaterThan(HOUR)
    expect(kinds()).toEqual(['not-revoked', 'revoked-late'])
  })

  it('that was missed happens as soon as its platform can be reached, not only when its next try comes', async () => {
    await set(HOUR)
    await restart(() => {
      sleep(2 * HOUR)
      platform.fail('token-missing')
    })
    expect(await timer()).toMatchObject({ state: 'waiting', problem: { code: 'token-missing' } })
    const tries = platform.asked.length
    service.look()
    await turn()
    expect(platform.asked.length).toBe(tries)
    platform.fail(null)
    reachable = ['cert']
    service.look()
    await turn()
    expect(await timer()).toMatchObject({ state: 'done', problem: null })
    expect(kinds()).toEqual(['not-revoked', 'revoked-late'])
  })

  it('is tried again when its platform came back during a try that had begun before', async () => {
    await set(HOUR)
    service.dispose()
    sleep(2 * HOUR)
    platform.fail('unreachable')
    start()
    platform.fail(null)
    reachable = ['cert']
    service.look()
    await turn()
    expect(platform.asked.slice(-3)).toEqual(['read', 'read', 'revoke'])
    expect(await timer()).toMatchObject({ state: 'done', problem: null })
  })

  it('that may never happen has failed, and calls for a person', async () => {
    await set(HOUR)
    platform.fail('missing-capability')
    await clock.pass(HOUR)
    expect(await timer()).toMatchObject({ state: 'failed', problem: { code: 'missing-capability' } })
    expect(kinds()).toEqual(['not-revoked'])
    const tries = platform.asked.length
    await clock.pass(DAY)
    expect(platform.asked.length).toBe(tries)
  })

  it('of a token that somebody else revoked is over', async () => {
    await set(HOUR)
    platform.take('a')
    await clock.pass(HOUR)
    expect(await timer()).toMatchObject({ state: 'gone', problem: null })
    expect(kinds()).toEqual([])
  })

  it('can be called off, and is replaced by a new one of the same token', async () => {
    const { id } = await set(HOUR)
    await service.cancelTimer(id)
    await service.cancelTimer(id)
    await clock.pass(HOUR)
    expect(platform.revoked).toEqual([])
    await set(HOUR)
    await set(2 * HOUR)
    await clock.pass(HOUR)
    expect(platform.revoked).toEqual([])
    expect((await list()).timers.map(({ state }) => state)).toEqual(['waiting', 'cancelled', 'cancelled'])
    await clock.pass(HOUR)
    expect(platform.revoked).toHaveLength(1)
    expect(recorded).toEqual([
      'token.revoke-at',
      'token.revoke-at-cancel',
      'token.revoke-at',
      'token.revoke-at',
    ])
  })

  it('of a connection that was removed is forgotten', async () => {
    await set(HOUR)
    service.forget('cert')
    await clock.pass(DAY)
    expect(platform.revoked).toEqual([])
    await restart()
    expect((await list()).timers).toEqual([])
  })

  it('cannot be set for a token that is not there', async () => {
    await expect(service.revokeIn({ ...ALICE, tokenId: 'none', ms: HOUR, reason: '' })).rejects.toMatchObject(
      {
        code: 'token-not-found',
      },
    )
    expect(recorded).toEqual([])
  })
})

describe('a rotation', () => {
  const rotate = (finish: 'ask' | 'revoke' = 'ask') =>
    service.rotate({ ...ALICE, tokenId: 'old', replacementId: 'new', quietMs: HOUR, finish })
  beforeEach(() => {
    platform.add('old', { lastUsedAt: theirTime() - MINUTE })
    platform.add('new')
  })

  it('waits until the new one is used and the old one has been silent, then asks', async () => {
    expect(await rotate()).toMatchObject({ phase: 'watching', newUsedAt: null, problem: null })
    await clock.pass(5 * HOUR)
    expect(await rotation()).toMatchObject({ phase: 'watching', newSeenUsedAt: null })
    platform.use('new')
    await clock.pass(30 * MINUTE)
    platform.use('old')
    await clock.pass(50 * MINUTE)
    expect(await rotation()).toMatchObject({ phase: 'watching' })
    expect(kinds()).toEqual([])
    await clock.pass(12 * MINUTE)
    expect(await rotation()).toMatchObject({ phase: 'ready' })
    expect(kinds()).toEqual(['rotation-ready'])
    expect(platform.revoked).toEqual([])
    const { id = '' } = (await rotation()) ?? {}
    expect(await service.finishRotation(id)).toMatchObject({ phase: 'done' })
    expect(platform.revoked).toMatchObject([{ id: 'old', reason: 'Rotated: …xnew takes its place' }])
    expect(recorded).toEqual(['token.rotate'])
    expect(kinds()).toEqual(['rotation-ready', 'rotated'])
    await expect(service.finishRotation(id)).rejects.toMatchObject({ code: 'rotation-ended' })
  })

  it('is no longer ready when the old one speaks again', async () => {
    await rotate()
    platform.use('new')
    await clock.pass(2 * HOUR)
    expect(await rotation()).toMatchObject({ phase: 'ready' })
    platform.use('old')
    await clock.pass(3 * MINUTE)
    expect(await rotation()).toMatchObject({ phase: 'watching' })
    await clock.pass(2 * HOUR)
    expect(await rotation()).toMatchObject({ phase: 'ready' })
  })

  it('revokes by itself when it was told to, also after a restart', async () => {
    await rotate('revoke')
    platform.use('new')
    await clock.pass(30 * MINUTE)
    await restart()
    expect(platform.revoked).toEqual([])
    await clock.pass(40 * MINUTE)
    expect(platform.revoked).toMatchObject([{ id: 'old' }])
    expect(await rotation()).toMatchObject({ phase: 'done' })
    expect(kinds()).toEqual(['rotated'])
  })

  it('is not fooled by a platform that forgot the last uses', async () => {
    await rotate('revoke')
    platform.use('new')
    await clock.pass(5 * MINUTE)
    platform.use('old')
    await clock.pass(5 * MINUTE)
    platform.use('old', null as never)
    platform.use('new', null as never)
    await clock.pass(52 * MINUTE)
    expect(platform.revoked).toEqual([])
    await clock.pass(10 * MINUTE)
    expect(platform.revoked).toHaveLength(1)
  })

  it('ends when the old one is gone, and fails when the new one is', async () => {
    await rotate()
    platform.take('old')
    await clock.pass(3 * MINUTE)
    expect(await rotation()).toMatchObject({ phase: 'done' })
    platform.add('old')
    await rotate('revoke')
    platform.use('new')
    await clock.pass(30 * MINUTE)
    platform.take('new')
    await clock.pass(DAY)
    expect(await rotation()).toMatchObject({ phase: 'failed', problem: { code: 'token-not-found' } })
    expect(platform.revoked).toEqual([])
  })

  it('keeps what it saw while the platform is out of reach', async () => {
    await rotate()
    platform.use('new')
    await clock.pass(10 * MINUTE)
    platform.fail('cut')
    await clock.pass(10 * MINUTE)
    expect(await rotation()).toMatchObject({ phase: 'watching', problem: { code: 'cut' } })
    expect((await rotation())?.newSeenUsedAt).not.toBeNull()
    platform.fail(null)
    await clock.pass(HOUR)
    expect(await rotation()).toMatchObject({ phase: 'ready', problem: null })
  })

  it('can be stopped, and a token is not its own replacement', async () => {
    const { id } = await rotate('revoke')
    platform.use('new')
    expect(await service.stopRotation(id)).toMatchObject({ phase: 'stopped' })
    await clock.pass(DAY)
    expect(platform.revoked).toEqual([])
    const same = service.rotate({
      ...ALICE,
      tokenId: 'old',
      replacementId: 'old',
      quietMs: HOUR,
      finish: 'ask',
    })
    await expect(same).rejects.toMatchObject({ code: 'bad-input' })
  })
})

describe('a reminder', () => {
  it('is told once, so many days before the end', async () => {
    platform.add('a', { expiresAt: theirTime() + 10 * DAY })
    expect(await service.remind({ ...ALICE, tokenId: 'a', days: 3 })).toMatchObject({ state: 'waiting' })
    await clock.pass(7 * DAY - MINUTE)
    expect(news).toEqual([])
    await clock.pass(MINUTE)
    expect(news).toMatchObject([
      { kind: 'expires', token: 'token a', owner: 'Alice', at: theirTime() + 3 * DAY },
    ])
    await restart()
    await clock.pass(DAY)
    expect(news).toHaveLength(1)
    const [due] = (await list()).reminders
    expect(due).toMatchObject({ state: 'due', own: false })
    service.dismiss(due?.id ?? '')
    expect((await list()).reminders).toEqual([])
  })

  it('that was missed is told at the next start, as ended when it has', async () => {
    platform.add('a', { expiresAt: theirTime() + 2 * DAY })
    await service.remind({ ...ALICE, tokenId: 'a', days: 1 })
    await restart(() => sleep(5 * DAY))
    expect(news).toMatchObject([{ kind: 'expired' }])
  })

  it('comes by itself for tokens of the connection’s own account, the connection’s own among them', async () => {
    reachable = ['cert']
    platform.add('mine', { maskedToken: '****mine', expiresAt: theirTime() + 8 * DAY })
    platform.add('later', { expiresAt: theirTime() + 300 * DAY })
    platform.add('never')
    await clock.pass(MINUTE)
    expect(
      (await list()).reminders.map(({ token, days, connectionToken }) => [token.id, days, connectionToken]),
    ).toEqual([
      ['mine', 7, true],
      ['mine', 1, true],
    ])
    await clock.pass(DAY)
    expect(kinds()).toEqual(['expires'])
    const [due] = (await list()).reminders
    service.dismiss(due?.id ?? '')
    await clock.pass(DAY)
    await restart()
    await clock.pass(DAY)
    expect(kinds()).toEqual(['expires'])
    await clock.pass(5 * DAY)
    expect(kinds()).toEqual(['expires', 'expires'])
    // It is revoked: nothing is left to remind of.
    platform.take('mine')
    await clock.pass(DAY)
    expect((await list()).reminders).toEqual([])
    expect(kinds()).toHaveLength(2)
  })

  it('reads the lists a few times a day, and not at all where nobody can be asked', async () => {
    platform.add('mine', { expiresAt: theirTime() + 8 * DAY })
    await clock.pass(DAY)
    expect(platform.asked).toEqual([])
    reachable = ['cert']
    await clock.pass(DAY)
    expect(platform.asked.length).toBeLessThanOrEqual(5)
    expect(platform.asked.length).toBeGreaterThanOrEqual(3)
  })

  it('of a token that never ends is refused', async () => {
    platform.add('a')
    await expect(service.remind({ ...ALICE, tokenId: 'a', days: 3 })).rejects.toMatchObject({
      code: 'bad-input',
    })
  })
})
