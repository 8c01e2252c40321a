import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '#base/logger.ts'
import { Secret } from '#base/secret.ts'
import { WallClock } from '../../../tests/support/wall-clock.ts'
import { type StandIn, type StandInOptions, startStandIn } from './server.ts'

const TOKEN = 'not-a-real-registration-token-0002'
const KEY = 'flgrn_octi_tkn_not-a-real-user-key'
const payload = {
  platform_identifier: 'opencti',
  platform_url: 'https://opencti.example.org',
  platform_title: 'Title',
  platform_version: '7.261101.0',
  platform_id: 'p1',
  business_vertical: 'cti',
  intents: [{ name: 'global.assistant' }],
}

let folder: string
let standIn: StandIn
let lines: string[]

const start = async (more: Partial<StandInOptions> = {}): Promise<StandIn> =>
  startStandIn({
    port: 0,
    registrationToken: new Secret(TOKEN),
    clock: new WallClock(),
    log: createLogger('stand-in', { write: (line) => lines.push(line) }, 'trace'),
    databasePath: join(folder, 'stand-in.sqlite'),
    ...more,
  })

beforeEach(async () => {
  lines = []
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-stand-in-'))
  standIn = await start()
})
afterEach(async () => {
  await standIn.close()
  rmSync(folder, { recursive: true, force: true })
})

const post = (body: unknown, token = TOKEN): Promise<Response> =>
  fetch(`${standIn.url}/api/v1/platform/register`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const user = (api_key: string, display_name = 'Alice') => ({
  email: 'alice@example.org',
  display_name,
  api_key,
})

describe('the XTM One stand-in', () => {
  it('registers a platform and answers in the shape that its clients read', async () => {
    const answer = await (await post(payload)).json()
    expect(answer).toMatchObject({
      status: 'registered',
      platform_identifier: 'opencti',
      ee_enabled: false,
      ee_sources: [],
      user_integrations: 0,
      chat_web_token: expect.stringMatching(/.{40}/),
    })
    expect(answer.intent_catalog[0]).toMatchObject({ intent: 'global.assistant', agents: [{ priority: 0 }] })
    expect((await (await post(payload)).json()).chat_web_token).toBe(answer.chat_web_token)
    expect(standIn.registrations.platforms()).toMatchObject([{ id: 'p1', beats: 2 }])
  })

  it('keeps a credential when the key is empty, replaces it when there is a new one, over a restart too', async () => {
    await post({ ...payload, admin_api_key: KEY, users: [user(KEY)] })
    expect((await (await post({ ...payload, users: [user('', 'Alice B.')] })).json()).user_integrations).toBe(
      1,
    )
    await standIn.close()
    standIn = await start()
    expect(standIn.registrations.holds('p1', 'alice@example.org', KEY)).toBe(true)
    expect(standIn.registrations.replaced('p1', 'alice@example.org')).toBe(0)
    await post({ ...payload, users: [user(KEY)] })
    expect(standIn.registrations.replaced('p1', 'alice@example.org')).toBe(0)
    await post({ ...payload, users: [user(`${KEY}2`)] })
    expect(standIn.registrations.replaced('p1', 'alice@example.org')).toBe(1)
    expect(standIn.registrations.holds('p1', 'alice@example.org', KEY)).toBe(false)
    expect(lines.join('')).not.toContain('not-a-real-user-key')
  })

  it('says where Enterprise Edition comes from', async () => {
    await standIn.close()
    standIn = await start({ grantsEnterprise: true })
    expect(await (await post(payload)).json()).toMatchObject({
      ee_enabled: true,
      ee_sources: ['xtm_sublicense'],
    })
  })

  it('lets nobody in with another bearer', async () => {
    for (const token of ['', 'wrong', `${TOKEN}x`, TOKEN.slice(1)])
      expect((await post(payload, token)).status).toBe(401)
    expect(standIn.registrations.platforms()).toEqual([])
  })

  it('refuses what is no registration and says which field', async () => {
    const response = await post({ ...payload, platform_id: undefined })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ detail: [{ loc: ['body', 'platform_id'] }] })
    for (const body of ['', 'null', '[', '{"__proto__":{"platform_id":"x"}}'])
      expect((await post(body)).status).toBe(422)
  })

  it('serves health, keys and issuer, and nothing else', async () => {
    const get = async (path: string) => (await fetch(standIn.url + path)).json()
    expect(await get('/api/health')).toMatchObject({ status: 'ok' })
    expect(await get('/xtm/auth/jwks')).toMatchObject({
      keys: [{ kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA', x: expect.any(String) }],
    })
    expect(await get('/xtm/auth/jwks')).not.toHaveProperty('keys.0.d')
    expect(await get('/xtm/auth/metadata')).toEqual({ issuer: standIn.url })
    expect((await fetch(`${standIn.url}/`)).status).toBe(404)
  })

  it('has no switch for faults that the network can reach', async () => {
    for (const path of ['/faults', '/api/v1/platform/register?fault=hang', '/admin'])
      expect((await fetch(standIn.url + path, { method: 'PUT' })).status).toBe(404)
    const response = await post({ ...payload, fault: { kind: 'status', status: 500 } })
    expect(response.status).toBe(200)
  })

  it('listens on this machine alone', () => {
    expect(new URL(standIn.url).hostname).toBe('127.0.0.1')
  })
})
