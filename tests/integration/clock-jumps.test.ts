import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import type { MonitorView } from '#shared/contract/heartbeat.ts'
import { tokenStatus } from '#shared/domain/token.ts'
import { consoleRig } from '../support/console-rig.ts'
import { refreshed } from '../support/inventory-rig.ts'
import { startTestPlatform } from '../support/platform-rig.ts'
import { WallClock } from '../support/wall-clock.ts'

/**
 * This machine's clock is set while the console runs; the platform's goes on as before. What is judged by the platform's
 * time stays as it was, what counts what has passed goes on, and the ledger keeps its order.
 */
const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE
/** The platform says its time in whole seconds. */
const PRECISION_MS = 2 * SECOND

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it.each([
  ['on by a year', 365 * DAY],
  ['back by a day', -DAY],
  ['back by a year', -365 * DAY],
])(
  'a clock that is set %s',
  async (_, jump) => {
    const to = await startTestPlatform({ seed: 'demo', as: 'opencti-7' })
    ends.push(() => to.platform.stop())
    const clock = new WallClock(to.clock.now())
    const rig = consoleRig({ clock })
    const { client } = rig
    ends.push(() => rig.console.dispose())
    const { plaintext_token } = await to.generate(undefined, 'UNLIMITED', 'console')
    const connectionId = await rig.connect(to.url, plaintext_token)
    const userId = await to.userIdOf('Alice')
    const of = { connectionId, userId }
    await client.settings.change({ localPlatform: false })
    await rig.console.start()

    /** Time passes here and there alike. */
    const pass = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= SECOND) {
        to.clock.advance(SECOND)
        await clock.pass(SECOND, async () => {
          for (let turns = 0; turns < 15; turns++) await turn()
        })
      }
    }
    /** Names by status, as the page judges them. */
    const statuses = async (): Promise<string[]> => {
      const { tokens, clockSkewMs } = await client.tokens.ofUser(of)
      const now = clock.now() + clockSkewMs
      expect(Math.abs(now - to.clock.now())).toBeLessThanOrEqual(PRECISION_MS)
      return tokens.map((token) => `${token.name} ${tokenStatus(token, now)}`).sort()
    }
    const findings = async () => (await refreshed(client, connectionId)).findings?.counts
    const monitor = async (): Promise<MonitorView | undefined> => {
      for await (const { monitors } of await client.heartbeat.watch())
        return monitors.find(({ id }) => id === `api:${connectionId}`)
    }
    const until = async (what: string, look: () => Promise<boolean>): Promise<void> => {
      for (let seconds = 0; seconds < 150; seconds++) {
        if (await look()) return
        await pass(SECOND)
      }
      throw new Error(`Not within 150 s: ${what}`)
    }

    await to.generate(userId, 'DAYS_30', 'a month')
    const planned = await to.generate(userId, 'DAYS_90', 'planned')
    await client.upkeep.revokeIn({ ...of, tokenId: planned.token_id, ms: 2 * MINUTE, reason: 'its time' })
    await client.tokens.generate({ ...of, name: 'before', duration: 'DAYS_30' })
    const [statusesBefore, findingsBefore] = [await statuses(), await findings()]
    expect(findingsBefore).toBeTruthy()
    await until('the monitor has looked', async () => (await monitor())?.last?.outcome === 'good')
    const looksBefore = clock.now()

    clock.set(clock.now() + jump)

    // Nothing expires, revives or is found anew because of our clock, and what was planned has not come.
    expect(await statuses()).toEqual(statusesBefore)
    expect(await findings()).toEqual(findingsBefore)
    const still = await client.tokens.ofUser(of)
    expect(still.tokens.map(({ name }) => name)).toContain('planned')
    const { token } = await client.tokens.generate({ ...of, name: 'after', duration: 'DAYS_30' })
    expect(Math.abs((token.expiresAt ?? 0) - (to.clock.now() + 30 * DAY))).toBeLessThanOrEqual(PRECISION_MS)

    // The monitor looks on at its pace, and is down at no moment.
    const setTo = clock.now()
    await until('the monitor looks again', async () => {
      const seen = await monitor()
      // A year at once looks like a sleep: not observed, but never called down.
      expect(seen?.state).not.toBe('down')
      const at = seen?.last?.at ?? 0
      return jump > 0 ? seen?.state === 'up' && at >= setTo : at >= setTo && at < looksBefore
    })

    // What was planned comes when its time has passed, as the platform's clock says.
    await until('the plan is carried out', async () => {
      const { tokens } = await client.tokens.ofUser(of)
      return !tokens.some(({ name }) => name === 'planned')
    })
    expect(await client.activity.verify()).toMatchObject({ state: 'whole' })
    const { entries } = await client.activity.ledger({
      before: null,
      first: 50,
      search: '',
      kind: null,
      personId: null,
    })
    const text = JSON.stringify(entries)
    expect(text.indexOf('"after"')).toBeGreaterThanOrEqual(0)
    // The newest first, in the order in which it was done, whatever the clock said.
    expect(text.indexOf('"after"')).toBeLessThan(text.indexOf('"before"'))
  },
  30_000,
)
