import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { issueCertificate } from '../../tests/support/certificate.ts'
import { sealed } from '../../tests/support/composer-platform.ts'
import { testKey } from '../../tests/support/composer-rig.ts'
import { loadConfig } from './config/load.ts'
import type { ConnectorSpec, DesiredConnector } from './engine/model.ts'
import { demultiplexed, logLines } from './orchestrators/log-lines.ts'
import { proxyCaBundle } from './orchestrators/proxy-ca.ts'
import { imageReference, registryAuth } from './orchestrators/registry.ts'
import { managerKey } from './secrets/private-key.ts'
import { specifier } from './specification.ts'

const connector: DesiredConnector = {
  id: 'id-1',
  name: 'One',
  image: 'team/one:1',
  hash: 'h1',
  requested: 'starting',
  reported: null,
  configuration: [
    { key: 'PLAIN', value: 'a=b', encrypted: false },
    { key: 'SECRET', value: sealed('hidden', managerKey(testKey()).pkcs1, 2), encrypted: true },
    { key: 'HTTP_PROXY', value: 'http://of-the-server', encrypted: false },
  ],
}

function specOf(settings: Record<string, string>, env: Record<string, string> = {}): ConnectorSpec {
  const { config, problems } = loadConfig({
    folder: '/nonexistent',
    env: {
      MANAGER__ID: 'm',
      MANAGER__CREDENTIALS_KEY: testKey(),
      OPENCTI__TOKEN: 't',
      OPENCTI__URL: 'http://cti',
      ...settings,
    },
  })
  const [platform] = config?.platforms ?? []
  if (!config || !platform) throw new Error(JSON.stringify(problems))
  return specifier(config, platform, env)(connector, 'one')
}
const variables = (spec: ConnectorSpec): Record<string, string> =>
  Object.fromEntries(
    spec.environment.map(({ name, value }) => [
      name,
      typeof value === 'string' ? value : `secret ${value.expose()}`,
    ]),
  )

describe('what a connector is given', () => {
  it('is its configuration, the platforms’ addresses and the hash', () => {
    const spec = specOf({ OPENAEV__ENABLE: 'true', OPENAEV__TOKEN: 't', OPENAEV__URL: 'http://aev/' })
    expect(variables(spec)).toEqual({
      PLAIN: 'a=b',
      SECRET: 'secret hidden',
      HTTP_PROXY: 'http://of-the-server',
      OPENCTI_URL: 'http://cti',
      OPENAEV_URL: 'http://aev',
      OPENCTI_CONFIG_HASH: 'h1',
    })
    expect(spec).toMatchObject({
      image: 'team/one:1',
      running: true,
      proxyCa: null,
      labels: { 'opencti-manager': 'm', 'opencti-connector-id': 'id-1', 'opencti-platform': 'opencti' },
    })
  })

  it('§9 o, z: with a proxy, the composer’s own in the place of the server’s, each name once; its certificates and the public roots', () => {
    const ca = issueCertificate({
      organisation: 'proxy',
      notBefore: new Date(0),
      notAfter: new Date(Date.UTC(2049, 0)),
      authority: true,
    }).cert
    const spec = specOf(
      {
        OPENCTI__WITH_PROXY: 'true',
        OPENCTI__HTTP_PROXY: 'http://user:pass@own',
        OPENCTI__HTTPS_PROXY_CA: ca,
        OPENCTI__HTTPS_PROXY_REJECT_UNAUTHORIZED: 'false',
      },
      { https_proxy: 'http://of-the-machine', NO_PROXY: 'inside' },
    )
    const path = '/etc/ssl/certs/xtm-proxy-ca.crt'
    expect(variables(spec)).toMatchObject({
      HTTP_PROXY: 'secret http://user:pass@own',
      HTTPS_PROXY: 'secret http://of-the-machine',
      NO_PROXY: 'inside',
      SSL_CERT_FILE: path,
      REQUESTS_CA_BUNDLE: path,
      NODE_EXTRA_CA_CERTS: path,
      CURL_CA_BUNDLE: path,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    })
    const names = spec.environment.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const certificates =
      spec.proxyCa?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    expect(new X509Certificate(certificates[0] ?? '').fingerprint256).toBe(
      new X509Certificate(ca).fingerprint256,
    )
    expect(certificates.length).toBeGreaterThan(100)
  })
})

describe('certificates', () => {
  it('come from files too; one that cannot be read is named, not left out', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gh-ca-'))
    writeFileSync(join(folder, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----')
    writeFileSync(join(folder, 'empty'), '')
    expect(proxyCaBundle([join(folder, 'ca.pem')])).toContain('YQ==')
    expect(() => proxyCaBundle([join(folder, 'none')])).toThrow(join(folder, 'none'))
    expect(() => proxyCaBundle([join(folder, 'empty')])).toThrow('no certificate')
    expect(proxyCaBundle([])).toBeNull()
    rmSync(folder, { recursive: true })
  })
})

describe('images and registries', () => {
  const registry = {
    server: 'https://reg.example:5000/',
    username: 'u',
    password: new Secret('?>~'),
    email: null,
  }
  it.each([
    ['opencti/one:1', 'reg.example:5000/opencti/one:1'],
    ['one', 'reg.example:5000/one:latest'],
    ['ghcr.io/one:1', 'ghcr.io/one:1'],
    ['localhost/one', 'localhost/one:latest'],
    ['host:5000/one', 'host:5000/one:latest'],
    ['one@sha256:aa', 'reg.example:5000/one@sha256:aa'],
  ])('%s is %s', (image, expected) => {
    expect(imageReference(image, registry)).toBe(expected)
  })
  it('without a registry stays as it is', () => {
    expect(imageReference('one:1', null)).toBe('one:1')
  })
  it('§9 x: the login is base64url with padding, and goes to its own registry only', () => {
    const header = registryAuth('reg.example:5000/one:1', registry) ?? ''
    expect(header).toMatch(/^[A-Za-z0-9_-]+={0,2}$/)
    expect(header.length % 4).toBe(0)
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      username: 'u',
      password: '?>~',
      email: '',
      serveraddress: 'reg.example:5000',
    })
    expect(registryAuth('ghcr.io/one:1', registry)).toBeNull()
    expect(registryAuth('one:1', null)).toBeNull()
  })
})

describe('§9 s: log answers', () => {
  const frame = (stream: number, text: string): Buffer => {
    const header = Buffer.alloc(8)
    header[0] = stream
    header.writeUInt32BE(Buffer.byteLength(text), 4)
    return Buffer.concat([header, Buffer.from(text)])
  }
  it('are put together from frames, also when a line or a character is cut by one', () => {
    const [a, b] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)]
    const cut = (bytes: Buffer): Buffer => {
      const header = Buffer.alloc(8)
      header[0] = 1
      header.writeUInt32BE(bytes.length, 4)
      return Buffer.concat([header, bytes])
    }
    const bytes = Buffer.concat([frame(1, 'one '), frame(1, 'line\n'), frame(2, 'err\n'), cut(a), cut(b)])
    expect(demultiplexed(bytes)).toBe('one line\nerr\né')
  })
  it('of a terminal are plain; a broken frame gives what is there', () => {
    expect(demultiplexed(Buffer.from('just text, more than eight bytes\n'))).toBe(
      'just text, more than eight bytes\n',
    )
    expect(demultiplexed(Buffer.from('x'))).toBe('x')
    expect(demultiplexed(frame(1, 'whole text').subarray(0, 13))).toBe('whole')
    expect(demultiplexed(Buffer.alloc(0))).toBe('')
  })
  it('become at most so many lines, cut, and without what looks like a token', () => {
    const text = `${'x'.repeat(9000)}\r\nflgrn_octi_tkn_${'a'.repeat(64)}\n\n`
    const lines = logLines(text, 3)
    expect(lines[0]).toHaveLength(8193)
    expect(lines[1]).toBe('flgrn_octi_tkn_[redacted]')
    expect(lines[2]).toBe('')
    expect(logLines('a\nb\nc', 2)).toEqual(['b', 'c'])
  })
  it('lose a private key of several lines, whole, begun before or ending after what is there', () => {
    const key = testKey().trim()
    const secretLines = key.split('\n').slice(1, -1)
    const log = `before\n${key}\nafter it`
    for (const [most, text] of [
      [100, log],
      [6, log],
      [100, log.slice(0, 600)],
      [100, log.replaceAll('\n', '\n2026-01-15T12:00:00.000000000Z com.docker.id=x ')],
    ] as const) {
      const lines = logLines(text, most)
      for (const secret of secretLines) expect(lines.join('\n')).not.toContain(secret.slice(0, 40))
    }
    const whole = logLines(log, 100)
    expect([whole[0], whole.at(-1), whole.length]).toEqual(['before', 'after it', key.split('\n').length + 2])
  })
})
