import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** What a button of the page saves, as a file. */
export async function saved(page: Page, testId: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(testId).click()])
  const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-download-')), download.suggestedFilename())
  await download.saveAs(file)
  return file
}

/** `npm run verify-ledger`, `npm run verify-report`. */
export const verify = (file: string, key: string, ...more: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, ['scripts/verify-signed.ts', file, '--key', key, ...more], { encoding: 'utf8' })
