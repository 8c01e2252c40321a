import { cpSync, existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { oldUser, oldUsers, writeJsonLines } from '../../../tests/support/legacy-users.ts'
import { folderDigest, LEGACY_TEST_KEY, openMigration } from '../../../tests/support/migration-bench.ts'
import { platformKeys, WrongKeyError } from '../platform-keys.ts'
import { rehearsal } from './dry-run.ts'
import { legacySource } from './legacy-source.ts'

const clock = new DrivenClock()
const keys = platformKeys(LEGACY_TEST_KEY)
const bad = [{ ...oldUser(5), name: '' }, oldUser(0)]

let folder: string
let source: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-rehearsal-'))
  source = writeJsonLines(join(folder, 'old.jsonl'), [...oldUsers(300), ...bad])
})

async function rehearse(data: string, from: string | null = source) {
  const { migration, close } = await rehearsal(data, keys, {}, clock)
  try {
    const imported = from === null ? null : await migration.importFrom(legacySource(from))
    return { imported, migrated: await migration.migrate(), status: migration.status() }
  } finally {
    close()
  }
}

describe('a rehearsal', () => {
  it('makes nothing where no platform is', async () => {
    const data = join(folder, 'none')
    expect(await rehearse(data)).toMatchObject({ imported: { added: 300 }, migrated: { moved: 300 } })
    expect(existsSync(data)).toBe(false)
  })

  it('says what the real run then does, and changes no byte', async () => {
    const data = join(folder, 'data')
    const first = await openMigration(data, clock)
    await first.migration.importFrom(legacySource(writeJsonLines(join(folder, 'some.jsonl'), oldUsers(120))))
    first.database.close()

    const before = folderDigest(data)
    const rehearsed = await rehearse(data)
    expect(folderDigest(data)).toEqual(before)

    const real = await openMigration(data, clock)
    expect(await real.migration.importFrom(legacySource(source))).toEqual(rehearsed.imported)
    expect(await real.migration.migrate()).toEqual(rehearsed.migrated)
    expect(real.migration.status()).toEqual(rehearsed.status)
    real.database.close()
  })

  it('beside a log that a killed platform left reads it too, and changes no data', async () => {
    const data = join(folder, 'data')
    const running = await openMigration(join(folder, 'running'), clock)
    await running.migration.importFrom(legacySource(source))
    cpSync(join(folder, 'running'), data, { recursive: true })
    running.database.close()

    const lockMemory = join(data, 'platform.sqlite-shm')
    const before = folderDigest(data)
    expect(await rehearse(data, null)).toMatchObject({ migrated: { moved: 300 } })
    expect({ ...folderDigest(data), [lockMemory]: '' }).toEqual({ ...before, [lockMemory]: '' })
  })

  it('refuses another key', async () => {
    const data = join(folder, 'data')
    const first = await openMigration(data, clock)
    first.database.close()
    const other = platformKeys(new Uint8Array(32).fill(8))
    await expect(rehearsal(data, other, {}, clock)).rejects.toThrow(WrongKeyError)
  })
})
