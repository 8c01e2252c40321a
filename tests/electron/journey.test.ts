import { afterEach, expect, it } from 'vitest'
import { ISSUED_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { findCanary } from '../support/canary.ts'
import { type DesktopApp, launchDesktop } from '../support/desktop-app.ts'
import { holdTimers } from '../support/main-timers.ts'
import { clipboardText } from '../support/system-clipboard.ts'
import { curl, embeddedPlatformUrl, generate, REFUSAL, revoke, rowOf } from '../support/token-journey.ts'

/** Journey 1 of the product requirements (requirements 003), clicked in the desktop window. */

const REVEALED_ONCE = "Make sure to copy your new personal API token now. You won't be able to see it again!"

const opened: DesktopApp[] = []
afterEach(async () => {
  for (const desktop of opened.splice(0)) await desktop.close()
})

async function openWindow() {
  const desktop = await launchDesktop()
  opened.push(desktop)
  const { app, page } = desktop
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  const written: string[] = []
  const { stdout, stderr } = app.process()
  for (const stream of [stdout, stderr]) stream?.setEncoding('utf8').on('data', (text) => written.push(text))
  return { ...desktop, complaints, written }
}

it('generates, reveals once, copies, uses, revokes, is refused at the next call, and leaves the token nowhere', async () => {
  const { app, page, profile, complaints, written } = await openWindow()
  const url = await embeddedPlatformUrl(page)
  await page.getByTestId('section-clipboard').click()
  await page.getByRole('combobox').selectOption('15')
  const clearing = await holdTimers(app, 15_000)
  await page.getByTestId('nav-tokens').click()

  const value = await generate(page, 'Enrichment scripts', 'Unlimited')
  expect(value).toMatch(ISSUED_TOKEN_PATTERN)
  await page.getByText(REVEALED_ONCE).waitFor()
  await page.getByTestId('copy-token').click()
  await page.getByTestId('copied').waitFor()
  expect(await clipboardText()).toBe(value)
  await page.getByTestId('close-reveal').click()

  const row = rowOf(page, 'Enrichment scripts')
  await row.waitFor()
  const cells = (await row.getByRole('gridcell').allInnerTexts()).join(' | ')
  expect(cells).toContain(`…${value.slice(-4)}`)
  expect(cells).toMatch(/Just now.*Never.*Not used yet/)
  expect(await page.content()).not.toContain(value)
  expect(await curl(url, value)).toMatchObject({
    status: 200,
    body: { data: { me: { name: expect.any(String) } } },
  })

  await revoke(page, row, 'Scripts were retired')
  expect(await curl(url, value)).toMatchObject({ status: 200, body: REFUSAL })
  await page.getByText('Scripts were retired').waitFor()

  expect(await clipboardText()).toBe(value)
  expect(await clearing.elapse()).toBe(1)
  await page.getByTestId('clipboard-state').getByText('The clipboard was cleared', { exact: true }).waitFor()
  expect(await clipboardText()).toBe('')

  await app.close()
  const { hits, files } = findCanary(profile, value)
  expect(hits).toEqual([])
  expect(files).toBeGreaterThan(5)
  expect(written.join('')).not.toContain(value)
  expect(complaints).toEqual([])
})
