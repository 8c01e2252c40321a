import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testKey } from '../../../tests/support/composer-rig.ts'
import { type Loaded, loadConfig } from './load.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gh-config-'))
  mkdirSync(join(folder, 'config'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const BASE = { MANAGER__CREDENTIALS_KEY: testKey(), OPENCTI__TOKEN: 'a-token' }
const load = (env: Record<string, string> = {}, file?: string): Loaded =>
  loadConfig({ folder, env: { ...BASE, ...env }, file })
const settings = (env: Record<string, string> = {}) => {
  const { config, problems } = load(env)
  if (!config) throw new Error(JSON.stringify(problems))
  return config
}
const opencti = (env: Record<string, string> = {}) => settings(env).platforms[0]

describe('sources', () => {
  it('lie over each other: built in, default file, file of the environment, environment', () => {
    expect(settings().manager).toMatchObject({ id: 'default-manager-id', execute_schedule: 30 })
    write('config/default.yaml', 'manager:\n  id: from-default\n  name: n\n  execute_schedule: 10\n')
    write('config/production.yml', 'manager:\n  id: from-production\n')
    write('config/staging.json', '{"manager":{"id":"from-staging"}}')
    expect(settings().manager).toMatchObject({ id: 'from-production', execute_schedule: 10 })
    expect(settings({ COMPOSER_ENV: 'staging' }).manager.id).toBe('from-staging')
    expect(settings({ MANAGER__ID: 'from-env' }).manager.id).toBe('from-env')
  })

  it('a token in the wrong place of a file is not told with the mistake', () => {
    for (const text of [
      'opencti:\n  token:Zq7Fake\n',
      'opencti: { token: a, tokenZq7Fake }',
      'opencti:\n  token: "Zq7Fake\n',
      'opencti:\n  token: a\n   url: Zq7Fake\n  Zq7Fake\n',
      'opencti: *Zq7Fake',
    ]) {
      const { problems } = load({}, write('mine.yaml', text))
      expect(JSON.stringify(problems)).not.toContain('Zq7Fake')
    }
  })

  it('reads the file that is named alone', () => {
    write('config/default.yaml', 'manager: { id: from-default }')
    const file = write('mine.yaml', 'manager: { name: Mine }')
    expect(load({}, file).config?.manager).toMatchObject({ id: 'default-manager-id', name: 'Mine' })
    expect(load({}, join(folder, 'none.yaml'))).toMatchObject({
      config: null,
      problems: [{ grade: 'error' }],
    })
  })

  it.each([['00123'], ['1e5'], ['TRUE'], ['12345678901234567890'], ['0x10']])(
    '§9, operations: keeps the token %s as it is written, in the environment and in a file',
    (token) => {
      expect(opencti({ OPENCTI__TOKEN: token })?.token.expose()).toBe(token)
      write('config/default.yaml', `opencti:\n  token: ${token}\n`)
      const { config } = loadConfig({ folder, env: { MANAGER__CREDENTIALS_KEY: testKey() } })
      expect(config?.platforms[0]?.token.expose()).toBe(token)
    },
  )

  it('§9, operations: takes lists from the environment: JSON, commas, numbered', () => {
    const docker = (env: Record<string, string>) => opencti(env)?.settings.daemon.docker
    expect(docker({ OPENCTI__DAEMON__DOCKER__DNS: '1.1.1.1, 8.8.8.8' })?.dns).toEqual(['1.1.1.1', '8.8.8.8'])
    expect(docker({ OPENCTI__DAEMON__DOCKER__EXTRA_HOSTS: '["a:1","b:2"]' })?.extra_hosts).toEqual([
      'a:1',
      'b:2',
    ])
    expect(
      docker({ OPENCTI__DAEMON__DOCKER__CAP_ADD__10: 'C', OPENCTI__DAEMON__DOCKER__CAP_ADD__2: 'B' })
        ?.cap_add,
    ).toEqual(['B', 'C'])
    expect(
      docker({ OPENCTI__DAEMON__DOCKER__ULIMITS: '[{"name":"nofile","soft":1,"hard":2}]' })?.ulimits,
    ).toEqual([{ name: 'nofile', soft: 1, hard: 2 }])
    expect(docker({ OPENCTI__DAEMON__DOCKER__SYSCTLS: '{"net.core.somaxconn":"1024"}' })?.sysctls).toEqual({
      'net.core.somaxconn': '1024',
    })
  })

  it('reads https_proxy_ca as a text, a JSON array and numbered keys', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nA, B\n-----END CERTIFICATE-----'
    const ca = (env: Record<string, string>) => opencti(env)?.settings.https_proxy_ca
    expect(ca({ OPENCTI__HTTPS_PROXY_CA: pem })).toEqual([pem])
    expect(ca({ OPENCTI__HTTPS_PROXY_CA: JSON.stringify([pem, pem]) })).toEqual([pem, pem])
    expect(ca({ OPENCTI__HTTPS_PROXY_CA__0: pem, OPENCTI__HTTPS_PROXY_CA__1: pem })).toHaveLength(2)
    expect(ca({ OPENCTI__HTTPS_PROXY_CA: '[]' })).toBeUndefined()
  })

  it('keeps the types of Kubernetes objects', () => {
    write(
      'config/default.yaml',
      'opencti:\n  daemon:\n    kubernetes:\n      base_deployment:\n        spec: { minReadySeconds: 5, paused: false }\n      image_resources: { limits: { cpu: 1 } }\n',
    )
    const kubernetes = opencti()?.settings.daemon.kubernetes
    expect(kubernetes?.base_deployment).toEqual({ spec: { minReadySeconds: 5, paused: false } })
    expect(kubernetes?.image_resources).toEqual({ limits: { cpu: 1 } })
  })

  it('reads secrets from files', () => {
    const token = write('token', 'from-file\n')
    const key = write('key.pem', testKey())
    const { config } = loadConfig({
      folder,
      env: { OPENCTI__TOKEN_FILE: token, MANAGER__CREDENTIALS_KEY_FILEPATH: key },
    })
    expect(config?.platforms[0]?.token.expose()).toBe('from-file')
    expect(config?.key.bits).toBe(2048)
  })
})

describe('§9 p: each platform has its own registry and Docker options', () => {
  const both = {
    OPENAEV__ENABLE: 'true',
    OPENAEV__TOKEN: 'b',
    OPENCTI__DAEMON__REGISTRY__SERVER: 'one.example',
    OPENCTI__DAEMON__DOCKER__NETWORK_MODE: 'one',
  }
  it('and without them OpenCTI’s, as XTM Composer had it', () => {
    const [, inherited] = settings(both).platforms
    expect(inherited?.registry?.server).toBe('one.example')
    expect(inherited?.settings.daemon.docker?.network_mode).toBe('one')
    const [first, own] = settings({
      ...both,
      OPENAEV__DAEMON__REGISTRY__SERVER: 'two.example',
      OPENAEV__DAEMON__DOCKER__NETWORK_MODE: 'two',
    }).platforms
    expect([first?.registry?.server, own?.registry?.server]).toEqual(['one.example', 'two.example'])
    expect(own?.settings.daemon.docker?.network_mode).toBe('two')
  })
})

describe('problems', () => {
  it('§9, operations: are named all at once, with their keys', () => {
    const { config, problems } = load({
      MANAGER__EXECUTE_SCHEDULE: 'soon',
      MANAGER__LOGGER__LEVEL: 'loud',
      OPENCTI__DAEMON__SELECTOR: 'nomad',
      OPENCTI__WITH_PROXY: 'perhaps',
      OPENCTI__URLL: 'x',
      OPENCTI_URL: 'http://x',
    })
    expect(config).toBeNull()
    expect(problems.map(({ where, grade }) => `${grade} ${where}`).sort()).toEqual([
      'error manager.execute_schedule',
      'error manager.logger.level',
      'error opencti.daemon.selector',
      'error opencti.with_proxy',
      'warning OPENCTI_URL',
      'warning opencti.urll',
    ])
  })

  it.each([
    [{ OPENCTI__TOKEN: 'ChangeMe' }, 'opencti.token'],
    [{ OPENCTI__TOKEN: '' }, 'opencti.token'],
    [{ OPENCTI__URL: 'ftp://x' }, 'opencti.url'],
    [{ OPENCTI__URL: 'http://user:secret@x' }, 'opencti.url'],
    [{ OPENCTI__ENABLE: 'false' }, 'opencti.enable'],
    [{ MANAGER__CREDENTIALS_KEY: '' }, 'manager.credentials_key'],
    [{ MANAGER__CREDENTIALS_KEY_FILEPATH: '/no/such/file' }, 'manager.credentials_key_filepath'],
    [{ OPENCTI__DAEMON__SELECTOR: 'portainer' }, 'opencti.daemon.portainer'],
    [
      { OPENCTI__DAEMON__KUBERNETES__BASE_DEPLOYMENT_JSON: '{' },
      'opencti.daemon.kubernetes.base_deployment_json',
    ],
    [{ OPENCTI__HTTPS_PROXY_CA: '/no/such/file' }, 'opencti.https_proxy_ca'],
    [
      { OPENCTI__DAEMON__DOCKER__ULIMITS: '[{"name":"nofile","soft":1}]' },
      'opencti.daemon.docker.ulimits.0.hard',
    ],
  ])('%j is an error of %s', (env, where) => {
    const { config, problems } = load(env as Record<string, string>)
    expect(config).toBeNull()
    expect(problems.filter(({ grade }) => grade === 'error').map((problem) => problem.where)).toContain(where)
  })

  it.each([
    ['opencti: 5', 'opencti', 'must hold keys of its own'],
    ['opencti: [a]\nmanager: text', 'manager', 'must hold keys of its own'],
    ['opencti: { daemon: docker }', 'opencti.daemon', 'must hold keys of its own'],
    [
      'opencti: { daemon: { docker: { sysctls: { a: [1] } } } }',
      'opencti.daemon.docker.sysctls.a',
      'must be a text',
    ],
    [
      'opencti: { daemon: { docker: { ulimits: [{ name: x }] } } }',
      'opencti.daemon.docker.ulimits.0.hard',
      'is missing',
    ],
    [
      'manager: { logger: { path: /dev/null/logs } }',
      'manager.logger.path',
      'is no folder and cannot become one',
    ],
  ])('a file with %s is told, whatever the environment adds', (text, where, what) => {
    const { config, problems } = load({ MANAGER__ID: 'from-env' }, write('mine.yaml', text))
    expect(config).toBeNull()
    expect(problems).toContainEqual({ where, what, grade: 'error' })
  })

  it.each([
    [{ OPENCTI__DAEMON__DOCKER__ULIMITS__5__X: '1' }],
    [{ OPENCTI__DAEMON__DOCKER__ULIMITS: '[{"name":"nofile","soft":1,"hard":2,"x":3}]' }],
  ])('a key that is none, inside of a list of the environment, is one error: %j', (env) => {
    const { config, problems } = load(env as unknown as Record<string, string>)
    expect(config).toBeNull()
    expect(problems.filter(({ grade }) => grade === 'warning')).toEqual([])
    expect(problems.map(({ what }) => what)).toContain('holds a key that is no setting')
  })

  it('a tenant is OpenAEV’s alone', () => {
    const env = { OPENAEV__ENABLE: 'true', OPENAEV__TOKEN: 'b', OPENAEV__TENANT: 'red', OPENCTI__TENANT: 'x' }
    const { config, problems } = load(env)
    expect(config?.platforms[1]?.settings.tenant).toBe('red')
    expect(problems).toEqual([
      { where: 'opencti.tenant', what: 'is OpenAEV’s alone and is ignored', grade: 'warning' },
    ])
  })

  it('a section of which nothing is left but its name says nothing', () => {
    write(
      'config/default.yaml',
      'manager:\nopencti:\n  url: http://cti\n  daemon:\n    docker:\n    registry:\n',
    )
    write('config/production.yaml', 'opencti:\n')
    expect(settings().platforms[0]?.url).toBe('http://cti')
  })

  it('of a wrong value hide none of those that are found later', () => {
    const { config, problems } = loadConfig({
      folder,
      env: { OPENCTI__TOKEN: 'a-token', OPENCTI__DAEMON__SELECTOR: 'nomad', OPENCTI__URL: 'ftp://x' },
    })
    expect(config).toBeNull()
    const wheres = problems.filter(({ grade }) => grade === 'error').map(({ where }) => where)
    expect(wheres).toEqual(
      expect.arrayContaining(['opencti.daemon.selector', 'manager.credentials_key', 'opencti.url']),
    )
    expect(new Set(wheres).size).toBe(wheres.length)
  })

  it('of a file come with the line, and never with a secret', () => {
    write('config/default.yaml', 'manager:\n  id: a\n  id: b\n')
    expect(load().problems).toContainEqual(
      expect.objectContaining({ what: expect.stringMatching(/^line 3/) }),
    )
    const text = JSON.stringify(
      load({ OPENCTI__URL: 'http://user:pass-in-url@x', OPENCTI__TOKEN: 'my-token' }).problems,
    )
    expect(text).not.toMatch(/pass-in-url|my-token|PRIVATE KEY-----/)
  })
})

it('tells connectors the address of the platform, or the one that is theirs', () => {
  expect(settings({ OPENCTI__URL: 'https://cti/' }).urls).toEqual({ opencti: 'https://cti' })
  const own = settings({ OPENCTI__URL: 'http://127.0.0.1:4000', OPENCTI__CONNECTOR_URL: 'http://host:4000/' })
  expect(own.urls).toEqual({ opencti: 'http://host:4000' })
  expect(own.platforms[0]?.url).toBe('http://127.0.0.1:4000')
  expect(load({ OPENCTI__CONNECTOR_URL: 'ftp://host' })).toMatchObject({
    config: null,
    problems: [{ where: 'opencti.connector_url', grade: 'error' }],
  })
})
