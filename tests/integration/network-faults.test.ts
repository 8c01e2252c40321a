import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectorsDelta } from '#shared/contract/connectors.ts'
import type { MonitorView } from '#shared/contract/heartbeat.ts'
import sentences from '../../renderer/i18n/catalogues/en/problems.json' with { type: 'json' }
import { consoleRig } from '../support/console-rig.ts'
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { numbers } from '../support/fuzz-inputs.ts'
import { refreshed } from '../support/inventory-rig.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/**
 * A network between console and platform that refuses, resets, delays, cuts and holds: each call ends within its deadline in
 * a sentence and a way on, and what it says is true.
 */
const SECOND = 1_000
/** One request may take so long; a call that reads again after a lost answer makes two. */
const DEADLINE_MS = 20 * SECOND

/** Of the run at random. */
const CALLS = 60

/** Nobody listens at the port: no request of its own to harm. */
type Harm = Fault | 'refused'

/** how → what is said of it */
const HARMS: readonly (readonly [Harm, string, string])[] = [
  ['refused', 'refused', 'nobody listens'],
  ['reset', 'cut', 'reset before the platform hears of it'],
  ['cut', 'cut', 'closed before the platform hears of it'],
  ['cut-mid-answer', 'cut', 'reset in the middle of the answer'],
  ['hang', 'timeout', 'half open: taken, and never answered'],
  ['no-answer', 'timeout', 'carried out, and never answered'],
  ['half-answer', 'timeout', 'an answer that never ends'],
]

let platform: TestPlatform
let proxy: FaultProxy
let rig: ReturnType<typeof consoleRig>
let connectionId: string
let token: string
let userId: string
let harmed: Harm | null = null
const ends: (() => unknown)[] = []

async function setUp(): Promise<void> {
  platform = await startTestPlatform({ seed: 'demo', as: 'opencti-7' })
  ends.push(() => platform.platform.stop())
  proxy = await startFaultProxy(platform.url)
  ends.push(() => proxy.close())
  rig = consoleRig({ clock: platform.clock })
  ends.push(() => rig.console.dispose())
  token = (await platform.generate(undefined, 'UNLIMITED', 'console')).plaintext_token
  connectionId = await rig.connect(proxy.url, token)
  userId = await platform.userIdOf('Alice')
}
async function tearDown(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end()
}

/** Harms every request until `heal`. */
async function harm(how: Harm): Promise<void> {
  harmed = how
  if (how === 'refused') await proxy.shut()
  else proxy.choose = () => how
}

async function heal(): Promise<void> {
  if (harmed === 'refused') await proxy.reopen()
  harmed = null
  proxy.choose = () => null
}
afterEach(heal)

interface Ended<Value> {
  readonly value: Value | null
  /** code of the problem, or of the error that is defined for the call; null when it succeeded */
  readonly code: string | null
  readonly data: Record<string, unknown>
  /** by the console's clock */
  readonly tookMs: number
}

/** Turns of the event loop after which nothing is on its way any more: what goes on waits for the clock. */
const QUIET_TURNS = 100

/** Waits for the end of a call; the clock runs only while an answer is held back, or nothing else happens. */
async function ended<Value>(call: Promise<Value>): Promise<Ended<Value>> {
  const began = platform.clock.now()
  let end: Ended<Value> | null = null
  const tookMs = (): number => platform.clock.now() - began
  call.then(
    (value) => {
      end = { value, code: null, data: {}, tookMs: tookMs() }
    },
    (error: { code?: string; data?: Record<string, unknown> }) => {
      const code = error.code === 'PROBLEM' ? String(error.data?.code) : (error.code ?? String(error))
      end = { value: null, code, data: error.data ?? {}, tookMs: tookMs() }
    },
  )
  for (let turns = 0, asked = proxy.seen.length; end === null; turns++) {
    await turn()
    if (asked !== proxy.seen.length) [turns, asked] = [0, proxy.seen.length]
    if (proxy.held() > 0 || turns > QUIET_TURNS) await platform.clock.pass(SECOND / 4)
    if (tookMs() > 10 * DEADLINE_MS) throw new Error(`No end after ${tookMs()} ms of the clock`)
  }
  return end
}

/** @param code the problem that is expected; a kept connection on which the refusal was not seen yet is cut first */
function expectSaid(said: string | null, code: string): void {
  expect(code === 'refused' ? ['refused', 'cut'] : [code]).toContain(said)
  expectSentence(said)
}

function expectSentence(code: string | null): void {
  const texts: Record<string, string> = sentences
  expect(texts[`problem.${code}.what`]).toBeTruthy()
  expect(texts[`problem.${code}.hint`]).toBeTruthy()
}

interface There {
  readonly id: string
  readonly name: string
}
/** What the platform lists, past the proxy. */
async function tokensThere(): Promise<There[]> {
  const { data } = await platform.ask('query ($id: String!) { user(id: $id) { api_tokens { id name } } }', {
    variables: { id: userId },
  })
  return data.user.api_tokens
}

const generate = (name = 'ci') =>
  rig.client.tokens.generate({ connectionId, userId, name, duration: 'DAYS_30' })
const revoke = (tokenId: string) => rig.client.tokens.revoke({ connectionId, userId, tokenId, reason: '' })

describe.each(HARMS)('%s (%s): %s', (how, code) => {
  beforeAll(setUp)
  afterAll(tearDown)

  it('connecting says so and keeps no half of a connection', async () => {
    await harm(how)
    const { code: said, tookMs } = await ended(rig.connect(proxy.url, token))
    expect(said).toBe(code)
    expectSentence(said)
    expect(tookMs).toBeLessThanOrEqual(2 * DEADLINE_MS)
    await heal()
    expect((await ended(rig.connect(proxy.url, token))).code).toBeNull()
  })

  it('reading people and tokens says so, and reads again', async () => {
    const calls = [
      () => rig.client.tokens.users({ connectionId, search: '', after: null, first: 50 }),
      () => rig.client.tokens.ofUser({ connectionId, userId }),
    ]
    await harm(how)
    for (const call of calls) {
      const { code: said, tookMs } = await ended<unknown>(call())
      expect(said).toBe(code)
      expectSentence(said)
      expect(tookMs).toBeLessThanOrEqual(DEADLINE_MS)
    }
    await heal()
    for (const call of calls) expect((await ended<unknown>(call())).code).toBeNull()
  })

  it('generating is not called done, and no token is left without a word', async () => {
    const before = (await tokensThere()).length
    await harm(how)
    const first = await ended(generate())
    expect(first.tookMs).toBeLessThanOrEqual(2 * DEADLINE_MS)
    await heal()
    const made = (await tokensThere()).filter(({ name }) => name === 'ci')
    if (first.code === 'ANSWER_LOST') {
      // The list could not be read either: the page looks again, and the orphan is found by name.
      expect(first.data).toMatchObject({ checked: false })
      expect(rig.ledger().at(-1)).toMatchObject({ result: 'unknown' })
    } else {
      expectSaid(first.code, code)
      expect(made).toEqual([])
    }
    expect((await ended(generate('second'))).code).toBeNull()
    expect(await tokensThere()).toHaveLength(before + made.length + 1)
  })

  it('revoking is called done only when it is', async () => {
    const { value } = await ended(generate())
    const tokenId = value?.token.id ?? ''
    const records = rig.ledger().length
    await harm(how)
    const first = await ended(revoke(tokenId))
    expect(first.tookMs).toBeLessThanOrEqual(2 * DEADLINE_MS)
    expectSaid(first.code, code)
    const results = rig
      .ledger()
      .slice(records)
      .map(({ result }) => result)
    expect(results).not.toContain('done')
    // "Failed" claims that nothing was done.
    if (results.includes('failed')) expect((await tokensThere()).map(({ id }) => id)).toContain(tokenId)
    await heal()
    const again = await ended(revoke(tokenId))
    expect(again.code === null || again.code === 'token-not-found').toBe(true)
    expect((await tokensThere()).map(({ id }) => id)).not.toContain(tokenId)
  })

  it('the inventory keeps its rows with their age and says why', async () => {
    const { value: whole } = await ended(refreshed(rig.client, connectionId))
    await harm(how)
    const { value: failed } = await ended(refreshed(rig.client, connectionId))
    const problem = failed?.problem ?? failed?.gaps[0]?.problem
    expect(failed?.phase).toMatch(/failed|partial/)
    expect(problem?.code).toBe(code)
    expectSentence(problem?.code ?? null)
    expect(failed).toMatchObject({ tokens: whole?.tokens, readAt: whole?.readAt })
    await heal()
    const { value: healed } = await ended(refreshed(rig.client, connectionId))
    expect(healed).toMatchObject({ phase: 'ready', tokens: whole?.tokens, problem: null, gaps: [] })
  })

  it('the connectors stay shown with their age, and why', async () => {
    const { value: whole } = await ended(reading('ready'))
    expect(whole?.phase).toBe('ready')
    await harm(how)
    const { value: failed } = await ended(reading('failed'))
    expect(failed).toMatchObject({ problem: { code }, shown: whole?.shown, readAt: expect.any(Number) })
    expectSentence(failed?.problem?.code ?? null)
    await heal()
    const { value: healed } = await ended(reading('ready'))
    expect(healed).toMatchObject({ phase: 'ready', problem: null })
    expect(healed?.shown).toBe(whole?.shown)
  })

  it('a look of the heartbeat is a bad point with its cause, and the next one is good', async () => {
    await rig.client.settings.change({ localPlatform: false })
    await ended(rig.console.start())
    const monitorId = `api:${connectionId}`
    const monitor = async (wanted: (seen: MonitorView) => boolean): Promise<MonitorView> => {
      for await (const { monitors } of await rig.client.heartbeat.watch()) {
        const found = monitors.find((seen) => seen.id === monitorId)
        if (found && wanted(found)) return found
      }
      throw new Error('The stream ended')
    }
    await ended(monitor(({ last }) => last !== null))
    const look = async (): Promise<MonitorView> => {
      await platform.clock.pass(SECOND)
      const began = platform.clock.now()
      await rig.client.heartbeat.lookNow({ monitorId })
      return monitor(({ last }) => last !== null && last.at >= began)
    }
    expect((await ended(look())).value?.last).toMatchObject({ outcome: 'good' })
    await harm(how)
    const { value: bad, tookMs } = await ended(look())
    expect(bad?.last).toMatchObject({ outcome: 'bad', failure: code })
    expect(tookMs).toBeLessThanOrEqual(DEADLINE_MS + 2 * SECOND)
    await heal()
    expect((await ended(look())).value?.last).toMatchObject({ outcome: 'good' })
  })
})

/** Reads the connectors until a reading ends so. @returns with it, how many are shown then */
async function reading(
  phase: ConnectorsDelta['phase'],
): Promise<ConnectorsDelta & { readonly shown: number }> {
  const stop = new AbortController()
  const stream = await rig.client.connectors.watch({ connectionId }, { signal: stop.signal })
  await rig.client.connectors.refresh({ connectionId }).catch(() => {})
  const shown = new Set<string>()
  for await (const delta of stream) {
    if (delta.whole) shown.clear()
    for (const { id } of delta.changed) shown.add(id)
    for (const id of delta.gone) shown.delete(id)
    if (delta.phase !== phase) continue
    stop.abort()
    return { ...delta, shown: shown.size }
  }
  throw new Error('The stream ended')
}

describe('one after the other', () => {
  beforeAll(setUp)
  afterAll(tearDown)

  it('an answer that comes a second before the deadline is an answer', async () => {
    let late = 0
    proxy.choose = () => {
      late++
      return new Promise((resolve) => platform.clock.after(DEADLINE_MS - SECOND, () => resolve(null)))
    }
    const call = generate('late')
    let value: Awaited<typeof call> | null = null
    void call.then((answer) => {
      value = answer
    })
    while (value === null) {
      await turn()
      if (late > 0) await platform.clock.pass(SECOND)
    }
    expect((await tokensThere()).filter(({ name }) => name === 'late')).toHaveLength(1)
    expect(rig.ledger().at(-1)).toMatchObject({ result: 'done' })
  })

  it('a third of all requests harmed at random: sixty calls, nothing lost, nothing claimed that is not so', async () => {
    const draw = numbers(8)
    const faults: readonly Fault[] = ['reset', 'cut', 'cut-mid-answer', 'hang', 'no-answer', 'half-answer']
    const made = new Set<string>()
    const calledGone = new Set<string>()
    const codes = new Map<string, number>()
    for (let turnOf = 0; turnOf < CALLS; turnOf++) {
      proxy.choose = () => (draw(3) === 0 ? (faults[draw(faults.length)] ?? null) : null)
      const [oldest] = made
      const call =
        turnOf % 2 === 0 || oldest === undefined
          ? ended(generate(`random ${turnOf}`)).then((end) => {
              if (end.value) made.add(end.value.token.id)
              return end
            })
          : ended(revoke(oldest)).then((end) => {
              if (end.code === null || end.code === 'token-not-found') calledGone.add(oldest)
              if (calledGone.has(oldest)) made.delete(oldest)
              return end
            })
      const { code, tookMs } = await call
      expect(tookMs).toBeLessThanOrEqual(3 * DEADLINE_MS)
      if (code !== null && code !== 'ANSWER_LOST') expectSentence(code)
      codes.set(code ?? 'done', (codes.get(code ?? 'done') ?? 0) + 1)
    }
    proxy.choose = () => null
    const there = new Set((await tokensThere()).map(({ id }) => id))
    expect([...calledGone].filter((id) => there.has(id))).toEqual([])
    expect(codes.get('done')).toBeGreaterThan(CALLS / 4)
    expect(
      [...codes.values()].reduce((sum, count) => sum + count, 0) - (codes.get('done') ?? 0),
    ).toBeGreaterThan(20)
    expect(await rig.client.activity.verify()).toMatchObject({ state: 'whole' })
    process.stdout.write(
      `network at random: ${[...codes].map(([code, count]) => `${code} ${count}`).join(', ')}\n`,
    )
  })
})
