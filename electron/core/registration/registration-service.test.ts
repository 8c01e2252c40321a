import { afterEach, describe, expect, it } from 'vitest'
import type { Registration } from '#shared/contract/registration.ts'
import { consoleRig, problemOf } from '../../../tests/support/console-rig.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { type FakeOpenCti, fakeOpenCti } from '../../../tests/support/fake-opencti.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function setup(answers: Record<string, object> = {}) {
  const clock = new DrivenClock()
  const rig = consoleRig({ clock })
  ends.push(() => rig.console.dispose())
  const platform = await fakeOpenCti()
  ends.push(() => platform.close())
  answering(platform, answers)
  const connectionId = await rig.connect(platform.url)
  return { clock, rig, platform, connectionId }
}

/** `data` by operation, `GET /path` by body and status. */
function answering(platform: FakeOpenCti, answers: Record<string, object>): void {
  platform.misbehave = ({ operation }, response) => {
    const answer = answers[operation]
    if (!answer) return false
    const { status = 200, ...body } = answer as { status?: number }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(operation.startsWith('GET ') ? body : { data: body }))
    return true
  }
}

const stateOf = ({ module, enterprise, chatbot, record, health, keys }: Registration) =>
  Object.fromEntries(
    Object.entries({ module, enterprise, chatbot, record, health, keys }).map(([name, { known }]) => [
      name,
      known.state,
    ]),
  )

describe('the registration of a real OpenCTI', () => {
  it('is what it reports, and the rest is not reported; register now says why it cannot', async () => {
    const { rig, connectionId, clock } = await setup({
      RegistrationModule: {
        settings: {
          platform_modules: [
            { id: 'XTM_ONE_REGISTRATION_MANAGER', enable: true, running: false, warning: null },
          ],
        },
      },
      'GET /chatbot/config': { status: 400, error: 'Chatbot is not enabled' },
    })
    const found = await rig.client.registration.refresh({ connectionId })
    expect(stateOf(found)).toEqual({
      module: 'reported',
      enterprise: 'not-reported',
      chatbot: 'not-reported',
      record: 'not-reported',
      health: 'not-reported',
      keys: 'not-reported',
    })
    expect(found).toMatchObject({ state: 'unknown', registerBar: 'not-reported', enterpriseLossAt: null })
    expect(found.module.known).toMatchObject({
      value: { enabled: true, running: false, warning: false },
      readAt: clock.now(),
    })
    expect(await rig.client.registration.day({ connectionId })).toMatchObject({ reported: false })
    expect(await problemOf(rig.client.registration.registerNow({ connectionId }))).toMatchObject({
      code: 'bad-input',
    })
    expect(rig.ledger().map(({ action }) => action)).not.toContain('registration.register-now')
  })

  it('says who gives Enterprise Edition, where the platform knows it', async () => {
    const edition = {
      license_enterprise: true,
      license_by_configuration: false,
      license_validated: true,
      license_customer: 'Example CERT',
      license_type: 'standard',
      license_start_date: '2026-01-01T00:00:00.000Z',
      license_expiration_date: 'never',
      license_expired: false,
      license_platform_match: true,
    }
    const { rig, connectionId } = await setup({
      RegistrationEnterprise: { settings: { platform_enterprise_edition: edition } },
      RegistrationLicenceSource: {
        settings: { platform_enterprise_edition: { license_source: 'XTM_ONE_LICENSE' } },
      },
    })
    const { enterprise } = await rig.client.registration.refresh({ connectionId })
    expect(enterprise.known).toMatchObject({
      value: { customer: 'Example CERT', expiresAt: null, licenceSource: 'XTM_ONE_LICENSE' },
    })
  })

  it('reads XTM One at the address that the platform tells, without a word of ours', async () => {
    const xtmOne = await fakeOpenCti()
    ends.push(() => xtmOne.close())
    answering(xtmOne, {
      'GET /api/health': { status: 200, version: '1.4.0' },
      'GET /xtm/auth/jwks': { keys: [{ kid: 'k1' }, { kid: 'k2' }] },
      'GET /xtm/auth/metadata': { issuer: 'https://xtm-one.example.org' },
    })
    const { rig, connectionId } = await setup({
      'GET /chatbot/config': { xtm_one_url: xtmOne.url, xtm_one_configured: true },
    })
    const { health, keys } = await rig.client.registration.refresh({ connectionId })
    expect(health.known).toMatchObject({ value: { healthy: true, version: '1.4.0' } })
    expect(keys.known).toMatchObject({
      value: { keyIds: ['k1', 'k2'], issuer: 'https://xtm-one.example.org' },
    })
    expect(xtmOne.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined, undefined])
  })

  it.each(['file:///etc/passwd', 'javascript:alert(1)', 'not an address', ''])(
    'never asks at %j, whatever the platform says',
    async (xtm_one_url) => {
      const { rig, connectionId } = await setup({
        'GET /chatbot/config': { xtm_one_url, xtm_one_configured: true },
      })
      const { health } = await rig.client.registration.refresh({ connectionId })
      expect(health.known.state).toBe('not-reported')
    },
  )

  it('keeps what was known when it can be read no more, with its age', async () => {
    const { rig, connectionId, clock, platform } = await setup({
      RegistrationModule: {
        settings: { platform_modules: [{ id: 'XTM_ONE_REGISTRATION_MANAGER', enable: true }] },
      },
    })
    await rig.client.registration.refresh({ connectionId })
    const readAt = clock.now()
    await platform.close()
    clock.advance(60_000)
    const { module } = await rig.client.registration.refresh({ connectionId })
    expect(module.known).toMatchObject({
      state: 'failed',
      problem: { code: 'refused' },
      last: { value: { enabled: true }, readAt },
    })
  })
})

describe('the registration of a platform that keeps a record', () => {
  const record = (clock: DrivenClock, ahead: number, change: object = {}) => {
    const at = (ms: number) => new Date(clock.now() + ahead + ms).toISOString()
    return {
      xtmOneRegistration: {
        now: at(0),
        // Nobody listens on the discard port.
        configuration: { state: 'active', url: 'http://127.0.0.1:9', profile: 'current' },
        running: false,
        next_attempt_at: at(180_000),
        last_success_at: at(-120_000),
        attempts: [
          {
            started_at: at(-120_100),
            ended_at: at(-120_000),
            trigger: 'schedule',
            outcome: 'registered',
            http_status: 200,
            tries: 1,
          },
        ],
        last_answer: { received_at: at(-120_000), ee_sources: ['xtm_sublicense'] },
        ...change,
      },
    }
  }

  it('is told on our clock, however wrong the platform’s is', async () => {
    const answers: Record<string, object> = {}
    const { rig, connectionId, clock } = await setup(answers)
    for (const ahead of [0, 3 * 3_600_000, -3 * 3_600_000]) {
      answers.RegistrationRecord = record(clock, ahead)
      const found = await rig.client.registration.refresh({ connectionId })
      expect(found).toMatchObject({ state: 'fresh', enterpriseLossAt: clock.now() + 480_000 })
      expect(found.record.known).toMatchObject({
        value: { nextAttemptAt: clock.now() + 180_000, lastSuccessAt: clock.now() - 120_000 },
      })
    }
  })

  it('turns late and lapsed at the very millisecond, by the platform’s clock', async () => {
    const answers: Record<string, object> = {}
    const { rig, connectionId, clock } = await setup(answers)
    const at = (ms: number) => new Date(clock.now() + ms).toISOString()
    // A difference too small to be told from the way of the answer.
    for (const ahead of [0, 1_200, -1_200])
      for (const [age, state] of [
        [330_000, 'fresh'],
        [330_001, 'late'],
        [600_000, 'late'],
        [600_001, 'lapsed'],
      ] as const) {
        answers.RegistrationRecord = record(clock, ahead, { last_success_at: at(ahead - age) })
        expect((await rig.client.registration.refresh({ connectionId })).state).toBe(state)
      }
    answers.RegistrationRecord = record(clock, 0, { last_success_at: null })
    expect((await rig.client.registration.refresh({ connectionId })).state).toBe('never')
  })

  it('says when this account may not see it, and asks for no beat then', async () => {
    const { rig, connectionId, platform } = await setup()
    platform.misbehave = ({ operation }, response) => {
      if (operation !== 'RegistrationRecord') return false
      const errors = [
        { message: 'You are not allowed to do this.', extensions: { code: 'FORBIDDEN_ACCESS' } },
      ]
      response.end(JSON.stringify({ errors, data: null }))
      return true
    }
    const found = await rig.client.registration.refresh({ connectionId })
    expect(found).toMatchObject({ registerBar: 'forbidden', state: 'unknown' })
    expect(await problemOf(rig.client.registration.registerNow({ connectionId }))).toMatchObject({
      code: 'bad-input',
    })
  })

  it('is unknown once what was read is two minutes old, by itself', async () => {
    const answers: Record<string, object> = {}
    const { rig, connectionId, clock } = await setup(answers)
    answers.RegistrationRecord = record(clock, 0)
    await rig.client.registration.refresh({ connectionId })
    const reader = await rig.client.registration.watch({ connectionId })
    expect((await reader.next()).value).toMatchObject({ state: 'fresh' })
    await reader.return?.()
    const silent = await rig.client.registration.watch({ connectionId })
    answers.RegistrationRecord = { status: 503 }
    clock.advance(120_001)
    let state = ''
    while (state !== 'unknown') state = ((await silent.next()).value as Registration).state
    await silent.return?.()
  })

  it('asks more often while somebody looks, and stops when nobody does', async () => {
    const answers: Record<string, object> = {}
    const { rig, connectionId, clock, platform } = await setup(answers)
    answers.RegistrationRecord = record(clock, 0)
    const asked = () => platform.asked.filter(({ operation }) => operation === 'RegistrationRecord').length
    const reader = await rig.client.registration.watch({ connectionId })
    let view: Registration
    do view = (await reader.next()).value as Registration
    while (view.record.known.state !== 'reported')
    const before = asked()
    clock.advance(15_000)
    const readAt = clock.now()
    do view = (await reader.next()).value as Registration
    while (view.record.known.state !== 'reported' || view.record.known.readAt < readAt)
    expect(asked()).toBe(before + 1)
    await reader.return?.()
    clock.advance(3_600_000)
    expect(asked()).toBe(before + 1)
  })
})
