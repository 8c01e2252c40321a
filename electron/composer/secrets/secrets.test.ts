import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { sealed } from '../../../tests/support/composer-platform.ts'
import { connectorEnvironment, RefusedConfiguration } from '../engine/environment.ts'
import { DecryptionError, decrypt } from './decrypt.ts'
import { KeyError, managerKey } from './private-key.ts'

const pemOf = (bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()

describe('any size of key', () => {
  // An odd size shows that the block is as long as the modulus, not a power of two.
  it.each([2048, 2056, 3072, 4096])('§9 t: opens versions 1 and 2 with %i bits', (bits) => {
    const key = managerKey(pemOf(bits))
    expect(key.bits).toBe(bits)
    for (const version of [1, 2] as const) {
      for (const value of ['', 'x', 'tökén=with=equals', 'long '.repeat(10_000)]) {
        expect(decrypt(sealed(value, key.pkcs1, version), key.privateKey).expose()).toBe(value)
      }
    }
  })
})

describe('a value that cannot be opened', () => {
  let key: ReturnType<typeof managerKey>
  let other: KeyObject
  beforeAll(() => {
    key = managerKey(pemOf(2048))
    other = managerKey(pemOf(2048)).privateKey
  })
  const failure = (text: string, with_ = key.privateKey): string => {
    try {
      decrypt(text, with_)
    } catch (error) {
      expect(error).toBeInstanceOf(DecryptionError)
      return (error as DecryptionError).failure
    }
    throw new Error('was opened')
  }

  it('is told apart by its form only', () => {
    expect(failure('')).toBe('not base64')
    expect(failure('***')).toBe('not base64')
    expect(failure(`${sealed('x', key.pkcs1, 2)}\n`)).toBe('not base64')
    expect(failure('AQ==')).toBe('too short')
    expect(failure(Buffer.alloc(300, 3).toString('base64'))).toBe('unknown version')
  })

  it.each([1, 2] as const)(
    'gives one answer for every wrong byte, wrong key and wrong padding (version %i): no oracle',
    (version) => {
      const bytes = Buffer.from(sealed('secret', key.pkcs1, version), 'base64')
      const answers = new Set<string>()
      for (const at of [1, 2, 100, 256, 257, 260, bytes.length - 1]) {
        const spoiled = Buffer.from(bytes)
        spoiled[at] = (spoiled[at] as number) ^ 1
        answers.add(failure(spoiled.toString('base64')))
      }
      answers.add(failure(bytes.toString('base64'), other))
      // A block larger than the modulus, and one of zeros: other errors of the library.
      for (const fill of [0xff, 0]) {
        answers.add(failure(Buffer.from(bytes).fill(fill, 1, 257).toString('base64')))
      }
      expect([...answers]).toEqual(['not decryptable with this key'])
    },
  )

  it('does not pass for a value of another version', () => {
    const bytes = Buffer.from(sealed('secret', key.pkcs1, 1), 'base64')
    bytes[0] = 2
    expect(failure(bytes.toString('base64'))).toBe('not decryptable with this key')
  })

  it('§9 u: refuses the whole connector, naming each key and no value', () => {
    const good = sealed('the-value', key.pkcs1, 2)
    const open = (text: string) => decrypt(text, key.privateKey)
    const refused = (): unknown =>
      connectorEnvironment(
        [
          { key: 'GOOD', value: good, encrypted: true },
          { key: 'API_KEY', value: 'bm90aGluZw==', encrypted: true },
          { key: 'PASSWORD', value: '!', encrypted: true },
        ],
        [],
        open,
      )
    expect(refused).toThrow(RefusedConfiguration)
    expect(refused).toThrow('API_KEY: unknown version; PASSWORD: not base64')
    expect(connectorEnvironment([{ key: 'NONE', value: null, encrypted: true }], [], open)).toEqual([
      { name: 'NONE', value: '' },
    ])
  })
})

describe('the environment of a connector', () => {
  const none = (): never => {
    throw new Error('nothing to open')
  }
  it('§9 n, o: keeps equal signs, and each name once with the composer’s own value', () => {
    const environment = connectorEnvironment(
      [
        { key: 'A', value: 'x=y=z', encrypted: false },
        { key: 'HTTP_PROXY', value: 'http://from-platform', encrypted: false },
        { key: 'EMPTY', value: null, encrypted: false },
      ],
      [{ name: 'HTTP_PROXY', value: 'http://own' }],
      none,
    )
    expect(environment).toEqual([
      { name: 'A', value: 'x=y=z' },
      { name: 'HTTP_PROXY', value: 'http://own' },
      { name: 'EMPTY', value: '' },
    ])
  })

  it.each([['A=B'], [''], ['A\0']])('refuses the name %j', (key) => {
    expect(() => connectorEnvironment([{ key, value: 'x', encrypted: false }], [], none)).toThrow(
      RefusedConfiguration,
    )
  })

  it('refuses a zero byte in a value, without the value', () => {
    const run = (): unknown =>
      connectorEnvironment([{ key: 'A', value: 'se\0cret', encrypted: false }], [], none)
    expect(run).toThrow('A: holds a zero byte')
  })
})

describe('the manager key', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  it('gives PKCS#1 to OpenCTI and SPKI to OpenAEV, both of the same key', () => {
    const key = managerKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    expect(key.pkcs1).toMatch(/^-----BEGIN RSA PUBLIC KEY-----\n[^\r]+\n-----END RSA PUBLIC KEY-----\n$/s)
    expect(key.spki).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^\r]+\n-----END PUBLIC KEY-----\n$/s)
    const jwk = (pem: string) => createPublicKey(pem).export({ format: 'jwk' })
    expect(jwk(key.pkcs1)).toEqual(jwk(key.spki))
    expect(Buffer.from(key.fingerprint, 'base64')).toHaveLength(32)
  })

  it('takes PKCS#1, and line ends written as \\n', () => {
    expect(managerKey(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()).bits).toBe(2048)
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(managerKey(pem.replaceAll('\n', '\\n')).bits).toBe(2048)
  })

  it('§9 t: says what is wrong with one that cannot serve', () => {
    const wrong = (pem: string): string => {
      try {
        managerKey(pem)
      } catch (error) {
        expect(error).toBeInstanceOf(KeyError)
        return (error as Error).message
      }
      throw new Error('was taken')
    }
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const locked = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    expect(wrong('ChangeMe')).toContain('BEGIN PRIVATE KEY')
    expect(wrong(locked.toString())).toContain('passphrase')
    expect(wrong(ec.export({ type: 'pkcs8', format: 'pem' }).toString())).toContain('RSA')
    expect(wrong(pemOf(1024))).toContain('1024 bits')
    expect(wrong('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----')).toContain('cannot be read')
  })
})
