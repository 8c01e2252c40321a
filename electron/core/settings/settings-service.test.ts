import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import { openConsoleDatabase } from '../database.ts'
import { DEFAULT_SETTINGS, SettingsService } from './settings-service.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'gatehouse-settings-'))

it('starts with the defaults, keeps what is changed and tells it at once', async () => {
  const place = folder()
  const database = openConsoleDatabase(place)
  const settings = new SettingsService(database, quietLogger().logger)
  const reader = settings.watch()
  expect((await reader.next()).value).toEqual(DEFAULT_SETTINGS)
  settings.change({ scheme: 'dark', clipboardClearSeconds: 0 })
  const changed = { ...DEFAULT_SETTINGS, scheme: 'dark', clipboardClearSeconds: 0 }
  expect((await reader.next()).value).toEqual(changed)
  database.close()
  const again = openConsoleDatabase(place)
  expect(new SettingsService(again, quietLogger().logger).current).toEqual(changed)
  again.close()
})

it.each([
  ['no JSON', 'oops{'],
  ['a value of a newer version', '"sepia"'],
  ['another type', '7'],
])('falls back to the default for %s, and keeps the others', (_, kept) => {
  const database = openConsoleDatabase(folder())
  const put = database.prepare('INSERT INTO setting (key, value) VALUES (?, ?)')
  put.run('scheme', kept)
  put.run('language', '"ja"')
  put.run('setting-of-a-newer-version', '1')
  const { logger, lines } = quietLogger()
  const { current } = new SettingsService(database, logger)
  expect(current).toEqual({ ...DEFAULT_SETTINGS, language: 'ja' })
  expect(lines.join()).toContain('scheme')
  database.close()
})
