import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { type DesktopApp, launchDesktop } from '../support/desktop-app.ts'
import { verify } from '../support/signed-download.ts'

/** Files that the page hands over, in the desktop window: Electron asks where they shall go. */
const opened: DesktopApp[] = []
afterEach(async () => {
  for (const desktop of opened.splice(0)) await desktop.close()
})

it('saves the signed ledger and its key where one says', async () => {
  const desktop = await launchDesktop()
  opened.push(desktop)
  const { app, page } = desktop
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-saved-'))
  // The answer to the system's dialog, which nobody can click here.
  await app.evaluate(({ session }, into) => {
    session.defaultSession.on('will-download', (_, item) => item.setSavePath(`${into}/${item.getFilename()}`))
  }, folder)
  await page.getByTestId('nav-activity').click()
  await page.getByTestId('export').click()
  await page.getByTestId('save-ledger').click()
  await page.getByTestId('saved').getByText('handed over as a file').waitFor()
  await page.getByTestId('save-key').click()
  const command = (await page.getByText(/npm run verify-ledger/).textContent()) ?? ''
  const [, ledger = '', key = ''] = /-- (\S+) --key (\S+)/.exec(command) ?? []
  await expect.poll(() => [ledger, key].every((name) => existsSync(join(folder, name)))).toBe(true)
  await expect.poll(() => verify(join(folder, ledger), join(folder, key)).status).toBe(0)
})
