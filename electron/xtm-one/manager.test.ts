import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issueCertificate } from '../../tests/support/certificate.ts'
import { PLATFORM_ID } from '../../tests/support/xtm-one-platform.ts'
import { createRig, REGISTRATION_TOKEN, type Rig } from '../../tests/support/xtm-one-rig.ts'
import { createHttpPost } from './http.ts'
import type { Attempt } from './storage.ts'

let rig: Rig
beforeEach(async () => {
  rig = await createRig()
})
afterEach(() => rig.close())

const outcomes = (): Attempt['outcome'][] => rig.storage.attempts(0).map((attempt) => attempt.outcome)

describe('the schedule', () => {
  it('beats 30 s after boot, then every 5 minutes, and not once stopped', async () => {
    const bootedAt = rig.clock.now()
    const manager = rig.createManager()
    manager.start()
    expect(manager.status().nextAttemptAt).toBe(bootedAt + 30_000)
    await rig.clock.pass(29_999)
    expect(rig.asked()).toBe(0)
    for (const beats of [1, 2, 3]) {
      await rig.clock.pass(beats === 1 ? 1 : 300_000)
      await rig.until(() => outcomes().length === beats && !manager.status().running)
    }
    expect(rig.storage.attempts(0).map((attempt) => attempt.startedAt - bootedAt)).toEqual([
      30_000, 330_000, 630_000,
    ])
    expect(rig.standIn.registrations.platforms()).toMatchObject([{ id: PLATFORM_ID, beats: 3 }])
    await manager.stop()
    await rig.clock.pass(3_600_000)
    expect(rig.asked()).toBe(3)
    expect(rig.clock.pending).toBe(0)
  })

  it('makes one run of two requests at the same time', async () => {
    const manager = rig.createManager()
    const [first, second] = await Promise.all([manager.registerNow(), manager.registerNow()])
    expect(first).toBe(second)
    expect(rig.asked()).toBe(1)
  })

  it('lets one of two managers register at a time', async () => {
    rig.faults.push({ kind: 'hang' })
    const one = rig.createManager()
    const other = rig.createManager('current', { storage: rig.openStorage() })
    const held = one.registerNow()
    await rig.until(() => rig.asked() === 1)
    expect(await other.registerNow()).toBe('held-elsewhere')
    // Longer than a lease lasts: the holder renews it while its run is under way.
    await rig.clock.pass(14_000)
    expect(await other.registerNow()).toBe('held-elsewhere')
    expect(rig.asked()).toBe(1)
    await rig.clock.pass(1_000)
    expect(await rig.drive(held)).toMatchObject({ outcome: 'registered', tries: 2 })
    expect(await other.registerNow()).toMatchObject({ outcome: 'registered' })
    expect(rig.asked()).toBe(3)
  })

  it('keeps the lease through a tick that is longer than it', async () => {
    rig.faults.push({ kind: 'status', status: 429, retryAfter: '120' })
    const other = rig.createManager('current', { storage: rig.openStorage() })
    const held = rig.createManager().registerNow()
    await rig.until(() => rig.logText().includes('trying again'))
    await rig.clock.pass(100_000)
    expect(await other.registerNow()).toBe('held-elsewhere')
    expect(await rig.drive(held)).toMatchObject({ outcome: 'registered' })
  })

  it('gives way when it slept through its lease and another took over', async () => {
    rig.faults.push({ kind: 'hang' })
    const other = rig.createManager('current', { storage: rig.openStorage() })
    const slept = rig.createManager().registerNow()
    await rig.until(() => rig.asked() === 1)
    rig.clock.sleep(60_000)
    rig.faults.push({ kind: 'hang' })
    const taken = other.registerNow()
    await rig.until(() => rig.asked() === 2)
    await rig.clock.pass(10_000)
    expect(await slept).toBe('held-elsewhere')
    await rig.clock.pass(5_000)
    expect(await rig.drive(taken)).toMatchObject({ outcome: 'registered' })
  })

  it('takes over from a holder that was killed, within the 30 s before its first beat', async () => {
    expect(rig.storage.hold('a dead one', rig.clock.now(), 30_000)).toBe(true)
    const manager = rig.createManager()
    manager.start()
    await rig.clock.pass(30_000)
    await rig.until(() => outcomes().length === 1)
    expect(outcomes()).toEqual(['registered'])
  })

  it('is not kept out by a lease from the future, which a clock set back leaves behind', () => {
    expect(rig.storage.hold('other', rig.clock.now() + 86_400_000, 30_000)).toBe(true)
    expect(rig.storage.hold('me', rig.clock.now(), 30_000)).toBe(true)
  })
})

describe('an answer', () => {
  it('is recorded, and its chat token goes to the secret store alone', async () => {
    const manager = rig.createManager()
    await manager.registerNow()
    const answer = rig.storage.lastAnswer()
    expect(answer).toMatchObject({
      status: 'registered',
      eeEnabled: false,
      eeSources: [],
      userIntegrations: 0,
      chatTokenGiven: true,
    })
    expect(answer?.intents[0]).toMatchObject({
      name: 'global.assistant',
      agents: [{ slug: 'stand-in-assistant' }],
    })
    const value = rig.chatTokens[0]?.expose() ?? ''
    expect(value.length).toBeGreaterThan(30)
    expect(JSON.stringify(answer)).not.toContain(value)
    expect(rig.logText()).not.toContain(value)
    expect(rig.logText()).toContain('[XTM One] Registration successful')
    expect(manager.status().lastSuccessAt).toBe(rig.clock.now())
  })

  it('that forbids the chat forgets the token; one that says nothing leaves it', async () => {
    rig.faults.push(
      { kind: 'text', text: '{"status":"ok","chat_web_token":null}' },
      { kind: 'text', text: '{}' },
    )
    const manager = rig.createManager()
    await manager.registerNow()
    await manager.registerNow()
    expect(rig.chatTokens).toEqual([null])
    expect(outcomes()).toEqual(['registered', 'registered'])
  })

  it('counts even where the chat token cannot be kept', async () => {
    const chatTokens = { keepChatToken: () => Promise.reject(new Error('locked')) }
    expect(await rig.createManager('current', { chatTokens }).registerNow()).toMatchObject({
      outcome: 'registered',
    })
    expect(rig.logText()).toContain('chat token could not be kept')
  })

  it('of odd fields is read as far as it goes', async () => {
    const text = JSON.stringify({
      status: 7,
      ee_enabled: 'yes',
      ee_sources: 'no',
      user_integrations: -1,
      intent_catalog: [{ intent: 'x' }, 5, { intent: `a\u0007${'y'.repeat(900)}`, agents: [{}] }],
      __proto__: { polluted: true },
    })
    rig.faults.push({ kind: 'text', text })
    await rig.createManager().registerNow()
    const answer = rig.storage.lastAnswer()
    expect(answer).toMatchObject({ status: null, eeEnabled: null, eeSources: [], userIntegrations: null })
    expect(answer?.intents.map((intent) => intent.name.length)).toEqual([1, 200])
  })
})

describe('a failure', () => {
  const once = async (manager = rig.createManager()): Promise<Attempt> => {
    const result = await rig.drive(manager.registerNow())
    if (typeof result === 'string') throw new Error(result)
    return result
  }

  it.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [422, 'rejected'],
    [404, 'http-status'],
  ] as const)('%s is told as %s and not repeated within the tick', async (status, failure) => {
    rig.faults.push({ kind: 'status', status })
    expect(await once()).toMatchObject({ outcome: failure, httpStatus: status, tries: 1 })
    expect(rig.asked()).toBe(1)
  })

  it('by a wrong registration token is told as unauthorized, and the token is in no log', async () => {
    const token = 'not-the-registration-token-9999'
    expect(await once(rig.createManager('current', { token }))).toMatchObject({
      outcome: 'unauthorized',
      httpStatus: 401,
    })
    expect(rig.logText()).not.toContain(token)
    expect(rig.logText()).not.toContain(REGISTRATION_TOKEN)
  })

  it('500 is tried again within the tick, with back-off', async () => {
    rig.faults.push({ kind: 'status', status: 500 }, { kind: 'status', status: 503 })
    const startedAt = rig.clock.now()
    expect(await once()).toMatchObject({ outcome: 'registered', tries: 3 })
    // Half of 1 s and half of 2 s: full jitter with a random of 0.5.
    expect(rig.clock.now() - startedAt).toBe(1_500)
  })

  it('that lasts ends with the budget of the tick, before the next one is due', async () => {
    rig.faults.push(...Array.from({ length: 500 }, () => ({ kind: 'status', status: 500 }) as const))
    const attempt = await once()
    expect(attempt.outcome).toBe('server-error')
    expect(attempt.endedAt - attempt.startedAt).toBeGreaterThan(180_000)
    expect(attempt.endedAt - attempt.startedAt).toBeLessThanOrEqual(240_000)
    expect(attempt.tries).toBeLessThan(30)
  })

  it('429 waits as long as Retry-After says, no less', async () => {
    rig.faults.push({ kind: 'status', status: 429, retryAfter: '42' })
    const startedAt = rig.clock.now()
    expect(await once()).toMatchObject({ outcome: 'registered', tries: 2 })
    expect(rig.clock.now() - startedAt).toBe(42_000)
  })

  it('429 with a Retry-After beyond the tick puts off the next one, an hour at most', async () => {
    rig.faults.push({ kind: 'status', status: 429, retryAfter: '900' })
    const manager = rig.createManager()
    manager.start()
    const bootedAt = rig.clock.now()
    await rig.clock.pass(30_000)
    await rig.until(() => outcomes().length === 1)
    expect(outcomes()).toEqual(['rate-limited'])
    expect(manager.status().nextAttemptAt).toBe(bootedAt + 930_000)
    await rig.clock.pass(899_999)
    expect(rig.asked()).toBe(1)
    await rig.clock.pass(1)
    await rig.until(() => outcomes().length === 2)
    expect(rig.asked()).toBe(2)

    rig.faults.push({ kind: 'status', status: 429, retryAfter: '99999999' })
    await manager.registerNow()
    expect((manager.status().nextAttemptAt ?? 0) - rig.clock.now()).toBe(3_600_000)
  })

  it('to answer ends after 15 s', async () => {
    rig.faults.push({ kind: 'hang' })
    const manager = rig.createManager('current', { random: () => 0.999_999 })
    const run = manager.registerNow()
    await rig.until(() => rig.asked() === 1)
    await rig.clock.pass(14_999)
    expect(rig.logText()).not.toContain('timeout')
    await rig.clock.pass(1)
    await rig.until(() => rig.logText().includes('"failure":"timeout"'))
    expect(await rig.drive(run)).toMatchObject({ outcome: 'registered', tries: 2 })
  })

  it('to finish an answer is told as cut, and the beat is repeated', async () => {
    rig.faults.push({ kind: 'half' })
    expect(await once()).toMatchObject({ outcome: 'registered', tries: 2 })
    expect(rig.logText()).toContain('"failure":"answer-cut"')
    expect(rig.standIn.registrations.platforms()[0]?.beats).toBe(2)
  })

  it('by an answer of 1 MB is told so', async () => {
    rig.faults.push({ kind: 'large', bytes: 1_048_576 })
    expect(await once()).toMatchObject({ outcome: 'answer-too-large', tries: 1 })
  })

  it('by an answer that is no JSON object keeps its words out of log and record', async () => {
    rig.faults.push({ kind: 'text', text: '<html>secret words</html>' }, { kind: 'text', text: '[]' })
    expect(await once()).toMatchObject({ outcome: 'answer-unreadable' })
    expect(await once()).toMatchObject({ outcome: 'answer-unreadable' })
    expect(rig.logText() + JSON.stringify(rig.storage.attempts(0))).not.toContain('secret words')
  })

  it('by a redirect is not followed: the bearer goes nowhere else', async () => {
    const elsewhere = await createRig()
    try {
      rig.faults.push({ kind: 'redirect', to: `${elsewhere.standIn.url}/api/v1/platform/register` })
      expect(await once()).toMatchObject({ outcome: 'redirected', httpStatus: 307 })
      expect(elsewhere.asked()).toBe(0)
    } finally {
      await elsewhere.close()
    }
  })

  it('to connect is told as refused, to find the name as dns', async () => {
    const free = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number }
        server.close(() => resolve(port))
      })
    })
    expect(await once(rig.createManager('current', { url: `http://127.0.0.1:${free}` }))).toMatchObject({
      outcome: 'refused',
      httpStatus: null,
    })
    const named = await once(rig.createManager('current', { url: 'https://xtm-one.invalid' }))
    expect(named.outcome).toBe('dns')
    expect(named.tries).toBeGreaterThan(3)
  })

  it('of the platform to say its facts is our own', async () => {
    const platform = { facts: () => Promise.reject(new Error('the database said something private')) }
    expect(await once(rig.createManager('current', { platform }))).toMatchObject({ outcome: 'own-failure' })
    expect(rig.logText()).not.toContain('private')
  })

  it('is left alone by stop, at once and without a record', async () => {
    rig.faults.push({ kind: 'hang' })
    const manager = rig.createManager()
    const run = manager.registerNow()
    await rig.until(() => rig.asked() === 1)
    await manager.stop()
    expect(await run).toBe('stopped')
    expect(outcomes()).toEqual([])
    expect(rig.clock.pending).toBe(0)
    expect(rig.storage.hold('somebody else', rig.clock.now(), 30_000)).toBe(true)
  })
})

describe('over TLS', () => {
  const dates = { notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 86_400_000) }
  const authority = issueCertificate({ organisation: 'Test CA', authority: true, ...dates })
  const server = issueCertificate({ organisation: 'Stand-in', loopback: true, ...dates }, authority)

  it('a certificate that nobody vouches for is told as tls, and nothing was sent', async () => {
    const secure = await createRig({ standIn: { tls: server } })
    try {
      const manager = secure.createManager()
      expect(await manager.registerNow()).toMatchObject({ outcome: 'tls', tries: 1 })
      expect(secure.asked()).toBe(0)
      const trusting = secure.createManager('current', { http: createHttpPost({ caPem: authority.cert }) })
      expect(await trusting.registerNow()).toMatchObject({ outcome: 'registered' })
    } finally {
      await secure.close()
    }
  })
})

describe('the licence in the payload', () => {
  const now = Date.UTC(2026, 0, 5, 8)
  const dates = { notBefore: new Date(now - 86_400_000), notAfter: new Date(now + 86_400_000) }
  const authority = issueCertificate({ organisation: 'Filigran test CA', authority: true, ...dates })
  const licence = issueCertificate(
    { organisation: 'Customer', unit: PLATFORM_ID, extensions: { '2.14521.4.4.10': 'standard' }, ...dates },
    authority,
  )

  it('goes out with its type only where it proved itself', async () => {
    const facts = { ...(await rig.platform.platform.facts()), licencePem: licence.cert }
    const platform = { facts: async () => facts }
    const believing = rig.createManager('current', { platform, licenceAuthorities: [authority.cert] })
    expect((await believing.preview()).head).toMatchObject({
      enterprise_license_pem: licence.cert.replace(/\n\n/g, '\n'),
      license_type: 'standard',
    })
    await believing.registerNow()
    expect(rig.storage.lastAnswer()?.eeEnabled).toBe(true)
    const { head } = await rig.createManager('current', { platform }).preview()
    expect(head).toHaveProperty('enterprise_license_pem')
    expect(head).not.toHaveProperty('license_type')
  })

  it('never goes out with a private key that was pasted along', async () => {
    const facts = { ...(await rig.platform.platform.facts()), licencePem: licence.cert + licence.key }
    const manager = rig.createManager('current', { platform: { facts: async () => facts } })
    expect((await manager.preview()).head).not.toHaveProperty('enterprise_license_pem')
    await manager.registerNow()
    expect(rig.logText()).toContain('holds a private key')
  })
})

describe('the poc profile', () => {
  it('is named in the start log with what leaves the machine', () => {
    rig.createManager('poc').start()
    rig.createManager().start()
    expect(rig.logText()).toContain(
      'poc profile: platform metadata, licence, the admin API key and an unlimited token',
    )
    expect(rig.logText()).toContain('current profile: platform metadata, licence and intents')
  })

  it('needs a provisioning port', () => {
    expect(() => rig.createManager('poc', { provisioning: undefined as never })).toThrow(/provisioning port/)
  })

  it('shows dots for what it would send', async () => {
    rig.platform.addUsers(0, 2)
    const manager = rig.createManager('poc')
    const before = await manager.preview()
    expect(before.credentials).toMatchObject({ adminKey: 'sent', users: [{ api_key: '••••••••' }, {}] })
    await manager.registerNow()
    expect((await manager.preview()).credentials).toMatchObject({
      adminKey: 'already sent',
      users: [{ api_key: '' }, { api_key: '' }],
    })
    expect((await rig.createManager('current').preview()).credentials).toBeNull()
  })
})
