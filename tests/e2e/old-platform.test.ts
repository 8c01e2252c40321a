import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { Secret } from '../../electron/base/secret.ts'
import { findCanary } from '../support/canary.ts'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** T-20: on an OpenCTI before 7.260224 the console shows what there is, says why there is no more, and reads no plaintext. */
const ADMIN_TOKEN = '11111111-2222-4333-8444-555555555555'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it('shows people, accounts and sessions, and why there are no tokens', async () => {
  const platform = await startTestPlatform({
    as: 'opencti-6.9',
    seed: 'demo',
    admin: { token: new Secret(ADMIN_TOKEN) },
  })
  ends.push(() => platform.platform.stop())
  const { page, host, complaints, close } = await startConsole(browser)
  ends.push(close)
  await connectPlatform(page, platform.url, ADMIN_TOKEN)

  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('scope-mine').click()
  await page.getByTestId('old-platform').getByText('since version 7.260224').waitFor()
  expect(await page.getByTestId('generate').count()).toBe(0)

  await page.getByTestId('scope-users').click()
  await page.getByTestId('old-platform').waitFor()
  const user = page.getByTestId('user').filter({ hasText: '佐藤 健' })
  await user.waitFor()
  expect(await page.getByRole('row').filter({ has: user }).innerText()).toContain('1, plain')
  await user.click()
  await page.getByRole('heading', { name: '佐藤 健' }).waitFor()
  await page.getByTestId('old-platform').waitFor()
  expect(await page.getByTestId('generate').count()).toBe(0)
  expect(complaints.filter((line) => !line.includes('WebSocket'))).toEqual([])

  const { data } = await platform.ask('{ users(first: 100) { edges { node { api_token } } } }')
  await host.stop()
  for (const { node } of data.users.edges as { node: { api_token: string } }[]) {
    expect(findCanary(host.profile, node.api_token).hits).toEqual([])
    expect(host.output()).not.toContain(node.api_token)
  }
})
