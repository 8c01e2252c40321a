import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import type { PlatformOptions } from '../../electron/local-platform/platform.ts'
import { readConfiguration } from '../../electron/xtm-one/configuration.ts'
import type { Fault } from '../../electron/xtm-one/stand-in/faults.ts'
import { startStandIn } from '../../electron/xtm-one/stand-in/server.ts'
import { issueCertificate } from '../support/certificate.ts'
import { codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'
import { quietLogger } from '../support/quiet-logger.ts'
import { WallClock } from '../support/wall-clock.ts'
import { xtmOneReceiver } from '../support/xtm-one-receiver.ts'

const TOKEN = 'not-a-real-registration-token-0003'
const RECORD = `{ xtmOneRegistration {
  now running next_attempt_at last_success_at
  configuration { state missing problems { key code message } url profile stand_in }
  attempts(first: 500) { started_at trigger outcome http_status tries detail }
  last_answer { received_at status version ee_sources chat_token_given user_integrations licence { usable type signature } intents { name } }
  payload_preview { fields { name value } intents credentials { admin_key user_count users { email key_sent } } }
  provisioned { intended minted delivered revoked }
} }`
const REGISTER = 'mutation { xtmOneRegisterNow { running } }'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function standIn() {
  const faults: Fault[] = []
  const { logger, lines } = quietLogger()
  const started = await startStandIn({
    port: 0,
    registrationToken: new Secret(TOKEN),
    clock: new WallClock(),
    log: logger,
    faults: () => faults.shift() ?? null,
  })
  ends.push(() => started.close())
  return { ...started, faults, lines }
}

async function platformOn(url: string, more: Partial<PlatformOptions> & { profile?: string } = {}) {
  const { profile, ...options } = more
  const configuration = readConfiguration({
    XTM__XTM_ONE_URL: url,
    XTM__XTM_ONE_TOKEN: TOKEN,
    XTM__XTM_ONE_PROFILE: profile,
  })
  const rig = await startTestPlatform({ seed: 'demo', xtmOne: { configuration }, ...options })
  ends.push(() => rig.platform.stop())
  return rig
}

const recordOf = async (rig: TestPlatform) => (await rig.ask(RECORD)).data.xtmOneRegistration

/** Goes on, the clock by steps, until the record has this many attempts. */
async function attempted(rig: TestPlatform, number: number) {
  for (;;) {
    const record = await recordOf(rig)
    if (record.attempts.length >= number) return record
    if (record.running) await rig.clock.pass(1_000)
    else await turn()
  }
}

async function registerNow(rig: TestPlatform) {
  const before = (await recordOf(rig)).attempts.length
  await rig.ask(REGISTER)
  return attempted(rig, before + 1)
}

describe('a platform with XTM One', () => {
  it('registers 30 s after boot and every five minutes, and says so as OpenCTI does', async () => {
    const xtmOne = await standIn()
    const rig = await platformOn(xtmOne.url)
    const modules = async () =>
      (await rig.ask('{ settings { platform_modules { id enable running warning } } }')).data.settings
        .platform_modules
    expect(await modules()).toEqual([
      { id: 'XTM_ONE_REGISTRATION_MANAGER', enable: true, running: false, warning: false },
    ])
    const booted = rig.clock.now()
    expect(await recordOf(rig)).toMatchObject({
      next_attempt_at: new Date(booted + 30_000).toISOString(),
      last_success_at: null,
      attempts: [],
      configuration: { state: 'active', url: xtmOne.url, profile: 'current', stand_in: false },
    })
    rig.clock.advance(29_999)
    expect(xtmOne.registrations.platforms()).toEqual([])
    rig.clock.advance(1)
    const first = await attempted(rig, 1)
    expect(first).toMatchObject({
      attempts: [{ outcome: 'registered', trigger: 'schedule', http_status: 200, tries: 1 }],
      last_answer: { status: 'registered', chat_token_given: true, user_integrations: 0 },
      provisioned: null,
    })
    rig.clock.advance(300_000)
    await attempted(rig, 2)
    expect(xtmOne.registrations.platforms()).toMatchObject([{ title: 'Local platform', beats: 2 }])
    expect(rig.lines.join('')).toContain('Registration manager started with the current profile')
  })

  it('shows what it would send, and never the bearer, in record, logs and answers', async () => {
    const xtmOne = await standIn()
    const rig = await platformOn(xtmOne.url)
    const record = await registerNow(rig)
    const { fields, credentials, intents } = record.payload_preview
    expect(fields).toContainEqual({ name: 'authorization', value: 'Bearer ••••••••' })
    expect(fields).toContainEqual({ name: 'platform_url', value: rig.url })
    expect(intents).toContain('global.assistant')
    expect(credentials).toBeNull()
    expect(JSON.stringify(record) + rig.lines.join('')).not.toContain(TOKEN)
  })

  it('tells the record to those who may change its parameters alone', async () => {
    const rig = await platformOn((await standIn()).url)
    const alice = await rig.generate(await rig.userIdOf('Alice Moreau'))
    for (const document of [RECORD, REGISTER])
      expect(codeOf(await rig.ask(document, { token: alice.plaintext_token }))).toBe('FORBIDDEN_ACCESS')
    expect(codeOf(await rig.ask(RECORD, { token: null }))).toBe('AUTH_REQUIRED')
  })

  it('answers /chatbot/config as OpenCTI does', async () => {
    const xtmOne = await standIn()
    const config = async (rig: TestPlatform, token?: string) => {
      const response = await fetch(`${rig.url}/chatbot/config`, {
        headers: token ? { authorization: `Bearer ${token}` } : {},
      })
      return [response.status, await response.json()]
    }
    const plain = await platformOn(xtmOne.url)
    expect(await config(plain)).toMatchObject([403, {}])
    expect(await config(plain, plain.platform.consoleToken.expose())).toEqual([
      400,
      { error: 'Chatbot is not enabled' },
    ])
    const enterprise = await platformOn(xtmOne.url, { enterprise: true })
    expect(await config(enterprise, enterprise.platform.consoleToken.expose())).toEqual([
      200,
      { xtm_one_url: xtmOne.url, xtm_one_configured: true },
    ])
  })

  it('stands for OpenCTI 7 with its module alone, and for 6.9 without it', async () => {
    const seven = await platformOn((await standIn()).url, { as: 'opencti-7', seed: 'none' })
    expect(codeOf(await seven.ask(RECORD))).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(codeOf(await seven.ask(REGISTER))).toBe('GRAPHQL_VALIDATION_FAILED')
    const modules = '{ settings { platform_modules { id enable } } }'
    expect((await seven.ask(modules)).data.settings.platform_modules).toHaveLength(1)
    const old = await platformOn((await standIn()).url, { as: 'opencti-6.9', seed: 'none' })
    expect((await old.ask(modules)).data.settings.platform_modules).toEqual([])
    expect((await fetch(`${old.url}/chatbot/config`)).status).toBe(404)
  })
})

describe('a registration that is not configured, or wrongly', () => {
  it('is off, names what would switch it on, and cannot be asked to beat', async () => {
    const rig = await startTestPlatform()
    ends.push(() => rig.platform.stop())
    expect(await recordOf(rig)).toMatchObject({
      configuration: { state: 'off', missing: ['XTM__XTM_ONE_URL', 'XTM__XTM_ONE_TOKEN'] },
      next_attempt_at: null,
      payload_preview: null,
    })
    expect(codeOf(await rig.ask(REGISTER))).toBe('FUNCTIONAL_ERROR')
  })

  it.each([
    ['http://xtm-one.example.org', 'plain-http'],
    ['https://user:secret@xtm-one.example.org', 'carries-credentials'],
    ['nowhere', 'no-address'],
  ])('%s: the platform runs, sends nothing and names the key, not the value', async (url, code) => {
    const rig = await platformOn(url)
    const { configuration } = await recordOf(rig)
    expect(configuration).toMatchObject({
      state: 'invalid',
      url: null,
      problems: [{ key: 'XTM__XTM_ONE_URL', code, message: expect.stringContaining('XTM__XTM_ONE_URL') }],
    })
    const { data } = await rig.ask('{ settings { platform_modules { enable warning } } }')
    expect(data.settings.platform_modules).toEqual([{ enable: false, warning: true }])
    expect(rig.lines.join('')).toContain('its configuration is not valid')
    expect(rig.lines.join('')).not.toContain('secret')
    rig.clock.advance(600_000)
    expect((await recordOf(rig)).attempts).toEqual([])
  })
})

describe('a beat of the platform that fails', () => {
  it.each<[string, Fault, object]>([
    ['401', { kind: 'status', status: 401 }, { outcome: 'unauthorized', http_status: 401, tries: 1 }],
    ['422', { kind: 'status', status: 422 }, { outcome: 'rejected', http_status: 422, tries: 1 }],
    ['1 MB', { kind: 'large', bytes: 1_000_000 }, { outcome: 'answer-too-large', tries: 1 }],
    ['no JSON', { kind: 'text', text: '<html>' }, { outcome: 'answer-unreadable', tries: 1 }],
  ])('%s is told by its class, at once', async (_, fault, attempt) => {
    const xtmOne = await standIn()
    xtmOne.faults.push(fault)
    const rig = await platformOn(xtmOne.url)
    const record = await registerNow(rig)
    expect(record).toMatchObject({ attempts: [{ ...attempt, trigger: 'request' }], last_success_at: null })
  })

  it.each<[string, Fault]>([
    ['500', { kind: 'status', status: 500 }],
    ['a hang', { kind: 'hang' }],
    ['half an answer', { kind: 'half' }],
    ['429 with Retry-After', { kind: 'status', status: 429, retryAfter: '20' }],
  ])('%s heals within the tick', async (_, fault) => {
    const xtmOne = await standIn()
    xtmOne.faults.push(fault)
    const rig = await platformOn(xtmOne.url)
    const from = rig.clock.now()
    const record = await registerNow(rig)
    expect(record).toMatchObject({ attempts: [{ outcome: 'registered', tries: 2 }] })
    if (fault.kind === 'status' && fault.retryAfter)
      expect(rig.clock.now() - from).toBeGreaterThanOrEqual(20_000)
  })

  it('a certificate that nobody vouches for is told as tls', async () => {
    const now = Date.now()
    const { cert, key } = issueCertificate({
      organisation: 'Nobody',
      loopback: true,
      notBefore: new Date(now - 86_400_000),
      notAfter: new Date(now + 86_400_000),
    })
    const server = createTlsServer({ cert, key }, (_, response) => void response.end('{}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ends.push(async () => void server.close())
    const rig = await platformOn(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
    expect(await registerNow(rig)).toMatchObject({ attempts: [{ outcome: 'tls', tries: 1 }] })
  })

  it('does not keep the platform from stopping', async () => {
    const xtmOne = await standIn()
    xtmOne.faults.push({ kind: 'hang' })
    const rig = await platformOn(xtmOne.url)
    await rig.ask(REGISTER)
    expect((await recordOf(rig)).running).toBe(true)
    await rig.platform.stop()
  })
})

describe('the poc profile on the platform’s own users and tokens', () => {
  const meOf = async (rig: TestPlatform, token: string) =>
    (await rig.ask('{ me { user_email } }', { token })).data?.me?.user_email

  it('gives each user one unlimited token, once, and a key that works', async () => {
    const receiver = await xtmOneReceiver()
    ends.push(() => receiver.close())
    const rig = await platformOn(receiver.url, { profile: 'poc' })
    const { provisioned, payload_preview: before } = await registerNow(rig)
    const [beat] = receiver.beats
    const users = beat?.users ?? []
    expect(users.length).toBeGreaterThan(5)
    expect(provisioned).toEqual({ intended: 0, minted: 0, delivered: users.length, revoked: 0 })
    expect(before.credentials).toMatchObject({ user_count: users.length })
    const usable = users.filter(({ email }) => /^(alice|bob)\./.test(email))
    expect(usable).toHaveLength(2)
    for (const { email, api_key } of usable) expect(await meOf(rig, api_key)).toBe(email)
    const { data } = await rig.ask('{ me { api_tokens { name expires_at } } }', {
      token: usable[0]?.api_key ?? '',
    })
    const minted = data.me.api_tokens.filter(({ name }: { name: string }) => name === 'XTM One')
    expect(minted).toEqual([{ name: 'XTM One', expires_at: null }])
    await registerNow(rig)
    expect(receiver.beats[1]?.users?.every(({ api_key }) => api_key === '')).toBe(true)
    expect(rig.lines.join('')).not.toContain(users[0]?.api_key)
    expect(rig.platform.verifyAudit()).toMatchObject({ ok: true })
  })

  it('sends the administrator’s configured token, and none where there is none', async () => {
    const receiver = await xtmOneReceiver()
    ends.push(() => receiver.close())
    const token = new Secret('0f5f0f0e-0000-4000-8000-00000000face')
    const rig = await platformOn(receiver.url, { profile: 'poc', admin: { token } })
    await registerNow(rig)
    expect(receiver.beats[0]?.admin_api_key).toBe(token.expose())
    await registerNow(rig)
    expect(receiver.beats[1]).not.toHaveProperty('admin_api_key')
    const bare = await platformOn(receiver.url, { profile: 'poc' })
    await registerNow(bare)
    expect(receiver.beats[2]).not.toHaveProperty('admin_api_key')
  })

  it('notices a revoked token and mints no other; a user who comes later is taken in', async () => {
    const receiver = await xtmOneReceiver()
    ends.push(() => receiver.close())
    const rig = await platformOn(receiver.url, { profile: 'poc' })
    await registerNow(rig)
    const users = receiver.beats[0]?.users ?? []
    const userId = await rig.userIdOf('Alice Moreau')
    const tokensOf = async () => {
      const { data } = await rig.ask(`{ user(id: "${userId}") { user_email api_tokens { id name } } }`)
      return data.user as { user_email: string; api_tokens: { id: string; name: string }[] }
    }
    const { user_email, api_tokens } = await tokensOf()
    const own = api_tokens.find(({ name }) => name === 'XTM One')
    await rig.ask(`mutation { userAdminTokenRevoke(userId: "${userId}", id: "${own?.id}") }`)
    await rig.ask(
      'mutation { userAdd(input: { name: "Later", user_email: "later@example.org", password: "not-a-real-Password-1" }) { id } }',
    )
    const { provisioned } = await registerNow(rig)
    expect(provisioned).toMatchObject({ revoked: 1, delivered: users.length })
    expect((await tokensOf()).api_tokens.some(({ name }) => name === 'XTM One')).toBe(false)
    const keyOf = (email: string) => receiver.beats[1]?.users?.find((user) => user.email === email)?.api_key
    expect(keyOf(user_email)).toBe('')
    expect(keyOf('later@example.org')).toMatch(/^flgrn_octi_tkn_/)
    const dead = users.find(({ email }) => email === user_email)?.api_key ?? ''
    expect(await meOf(rig, dead)).toBeUndefined()
  })
})

describe('Enterprise Edition', () => {
  const authority = (now: number) =>
    issueCertificate({
      organisation: 'Test authority',
      authority: true,
      notBefore: new Date(now - 86_400_000),
      notAfter: new Date(now + 86_400_000),
    })
  const edition = async (rig: TestPlatform) =>
    (
      await rig.ask(
        '{ settings { platform_enterprise_edition { license_enterprise license_validated license_type license_source } } }',
      )
    ).data.settings.platform_enterprise_edition

  it('comes with the licence that XTM One hands out, and goes 600 s after its last answer', async () => {
    const receiver = await xtmOneReceiver()
    ends.push(() => receiver.close())
    const now = Date.UTC(2026, 0, 15, 12)
    const ca = authority(now)
    const configuration = readConfiguration({ XTM__XTM_ONE_URL: receiver.url, XTM__XTM_ONE_TOKEN: TOKEN })
    const rig = await platformOn(receiver.url, { xtmOne: { configuration, licenceAuthorities: [ca.cert] } })
    const licence = issueCertificate(
      {
        organisation: 'Customer',
        notBefore: new Date(now - 3_600_000),
        notAfter: new Date(now + 86_400_000),
        extensions: { '2.14521.4.4.10': 'standard', '1.3.6.1.4.1.62944.50': 'global' },
      },
      ca,
    ).cert
    receiver.answer = (response) =>
      void response.end(JSON.stringify({ ee_enabled: true, ee_sources: ['xtm_sublicense'] }))
    await registerNow(rig)
    expect(await edition(rig)).toMatchObject({ license_enterprise: false, license_source: null })
    receiver.answer = (response) => void response.end(JSON.stringify({ xtm_license_pem: licence }))
    const { last_answer } = await registerNow(rig)
    const granted = { license_enterprise: true, license_validated: true, license_type: 'standard' }
    expect(await edition(rig)).toEqual({ ...granted, license_source: 'XTM_ONE_LICENSE' })
    receiver.answer = (response) => void response.writeHead(401).end()
    await rig.clock.pass(Date.parse(last_answer.received_at) + 600_000 - rig.clock.now())
    expect(await edition(rig)).toMatchObject({ license_source: 'XTM_ONE_LICENSE' })
    await rig.clock.pass(1)
    expect(await edition(rig)).toMatchObject({ license_enterprise: false, license_source: null })
  })

  it('a licence of its own is shown with its type only where an authority vouches for it', async () => {
    const now = Date.UTC(2026, 0, 15, 12)
    const ca = authority(now)
    const licencePem = issueCertificate(
      {
        organisation: 'Customer',
        notBefore: new Date(now - 3_600_000),
        notAfter: new Date(now + 86_400_000),
        extensions: { '2.14521.4.4.10': 'lts', '1.3.6.1.4.1.62944.50': 'global' },
      },
      ca,
    ).cert
    const receiver = await xtmOneReceiver()
    ends.push(() => receiver.close())
    const configuration = readConfiguration({ XTM__XTM_ONE_URL: receiver.url, XTM__XTM_ONE_TOKEN: TOKEN })
    const unproved = await platformOn(receiver.url, { licencePem })
    expect(await edition(unproved)).toMatchObject({ license_enterprise: true, license_validated: false })
    const proved = await platformOn(receiver.url, {
      licencePem,
      xtmOne: { configuration, licenceAuthorities: [ca.cert] },
    })
    expect(await edition(proved)).toMatchObject({
      license_validated: true,
      license_type: 'lts',
      license_source: 'OPENCTI_LICENSE',
    })
    await registerNow(unproved)
    await registerNow(proved)
    expect(receiver.beats.map(({ license_type }) => license_type)).toEqual([undefined, 'lts'])
  })
})
