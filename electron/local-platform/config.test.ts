import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { standaloneConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'))
let files = 0
function file(content: unknown, mode = 0o600): string {
  const path = join(folder, `config-${files++}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode })
  chmodSync(path, mode)
  return path
}
const problem = (flags: Record<string, string>, environment: Record<string, string> = {}): string => {
  try {
    standaloneConfig({ data: '/d', ...flags }, environment)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
const TOKEN = '00000000-1111-4222-8333-444444444444'
const KEY = Buffer.alloc(32, 7).toString('base64')

describe('the configuration', () => {
  it('comes from flags, then the environment, then the file', () => {
    const config = file({
      app: {
        port: 4001,
        admin: { email: 'file@example.org', token: TOKEN },
        encryption_key: KEY,
        health_access_key: 'from-file',
        app_logs: { logs_level: 'debug' },
        trusted_proxies: ['127.0.0.1', '10.0.0.0/8'],
        shutdown_delay: 5,
      },
    })
    const read = (flags: object, environment: Record<string, string> = {}) =>
      standaloneConfig({ data: '/d', config, ...flags }, environment)
    expect(read({})).toMatchObject({
      port: 4001,
      adminEmail: 'file@example.org',
      healthAccessKey: 'from-file',
      logLevel: 'debug',
      trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
      shutdownDelayMs: 5000,
    })
    expect(read({}).adminToken?.expose()).toBe(TOKEN)
    expect(read({}, { APP__PORT: '4002', APP__ADMIN__EMAIL: '' })).toMatchObject({
      port: 4002,
      adminEmail: 'file@example.org',
    })
    expect(read({ port: '4003' }, { APP__PORT: '4002' }).port).toBe(4003)
  })

  it('names each wrong setting where it was given, and never its value', () => {
    const secret = 'canary-of-a-wrong-value'
    const config = file({ app: { admin: { token: secret }, prot: 1 } })
    const text = problem(
      { config, port: 'x' },
      { APP__ENCRYPTION_KEY: `${secret}!`, APP__TRUSTED_PROXIES: secret },
    )
    for (const name of [
      '--port',
      'app:admin:token',
      'app:prot',
      'APP__ENCRYPTION_KEY',
      'APP__TRUSTED_PROXIES',
    ])
      expect(text).toContain(name)
    expect(text).not.toContain(secret)
    expect(problem({}, { APP__APP_LOGS__LOGS_LEVEL: 'all', APP__SHUTDOWN_DELAY: '-1' })).toMatch(
      /APP__APP_LOGS__LOGS_LEVEL must.*\n.*APP__SHUTDOWN_DELAY must/,
    )
  })

  it('is not read from a file that is missing, open to others or no JSON', () => {
    expect(problem({ config: join(folder, 'none.json') })).toMatch(/cannot be read \(ENOENT\)/)
    if (process.platform !== 'win32') expect(problem({ config: file({}, 0o644) })).toMatch(/chmod 600/)
    const broken = problem({ config: file('{"app": {"password": "canary') })
    expect(broken).toMatch(/not valid JSON/)
    expect(broken).not.toContain('canary')
    expect(problem({ config: file({ app: { admin: null } }) })).toMatch(/app:admin must hold settings/)
  })

  it('says whom it stands for and what it is filled with', () => {
    expect(
      standaloneConfig(
        { data: '/d', as: 'opencti-6.9', enterprise: true, seed: 'large', users: '7', 'tokens-of-one': '0' },
        { APP__CUSTOM_CATALOGS: '/a.json, /b.json' },
      ),
    ).toMatchObject({
      as: 'opencti-6.9',
      enterprise: true,
      seed: 'large',
      seedSize: { users: 7, tokensOfOne: 0 },
      customCatalogs: ['/a.json', '/b.json'],
    })
    expect(standaloneConfig({ data: '/d' }, {})).toMatchObject({ as: 'gatehouse', enterprise: false })
    expect(problem({ as: 'opencti-8', seed: 'huge', users: '-1', tokens: '99999999' })).toMatch(
      /--seed must.*none, demo, large[\s\S]*--users must[\s\S]*--tokens [\s\S]*--as must.*opencti-7/,
    )
  })

  it('lets scripts for OpenCTI bring other settings along, and says so', () => {
    const { ignored } = standaloneConfig({ data: '/d' }, { APP__BASE_URL: 'http://x', PATH: '/bin' })
    expect(ignored).toEqual(['APP__BASE_URL'])
  })
})
