import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { systemRandom } from '#base/crypto.ts'
import { DATABASE_FILE, openPlatformDatabase } from './database/open.ts'
import { platformValues } from './database/platform-values.ts'
import { existingKey, keyFromFile } from './key-file.ts'
import { confirmKey, platformKeys } from './platform-keys.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-keys-'))
  path = join(folder, 'platform.key')
})

describe('the key file', () => {
  it('is made once, whole, for its owner alone', () => {
    expect(existingKey(folder)).toBeNull()
    const key = keyFromFile(folder, systemRandom)
    expect(key).toHaveLength(32)
    expect(keyFromFile(folder, systemRandom)).toEqual(key)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['platform.key'])
  })

  it('that others can read is refused', () => {
    keyFromFile(folder, systemRandom)
    chmodSync(path, 0o640)
    expect(() => keyFromFile(folder, systemRandom)).toThrow(`chmod 600 ${path}`)
  })

  it('without a key in it is refused, and not written over', () => {
    writeFileSync(path, 'short\n', { mode: 0o600 })
    expect(() => keyFromFile(folder, systemRandom)).toThrow('holds no key')
    expect(readFileSync(path, 'utf8')).toBe('short\n')
  })

  it('that is lost is not replaced beside a database', () => {
    writeFileSync(join(folder, DATABASE_FILE), '')
    expect(() => keyFromFile(folder, systemRandom)).toThrow('is missing, and the database beside it')
    expect(existingKey(folder)).toBeNull()
  })
})

describe('another key', () => {
  it('is named by its id beside the right one, and changes nothing', () => {
    const database = openPlatformDatabase(folder)
    const values = platformValues(database)
    const right = platformKeys(new Uint8Array(32).fill(1))
    const wrong = platformKeys(new Uint8Array(32).fill(2))
    confirmKey(right, values)
    confirmKey(right, values)
    expect(() => confirmKey(wrong, values)).toThrow(
      `another encryption key (id ${right.keyId}) than the one given (id ${wrong.keyId})`,
    )
    confirmKey(right, values)
    expect(values.read('key_id')).toBe(right.keyId)
    database.close()
  })
})
