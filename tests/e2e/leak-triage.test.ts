import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { Secret } from '../../electron/base/secret.ts'
import { findCanary } from '../support/canary.ts'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { addHolder, listed } from '../support/incident-rig.ts'
import { startTestPlatform } from '../support/platform-rig.ts'
import { saved } from '../support/signed-download.ts'
import { curl, REFUSAL } from '../support/token-journey.ts'

/** T-19: a token is found in a log; whose it is, revoked, and proven, on a platform that answers as OpenCTI 7 does. */
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it('a log with a live token, a revoked one and a stranger’s: the live one is revoked and proven; no value stays anywhere', async () => {
  const platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo' })
  ends.push(() => platform.platform.stop())
  const alice = await addHolder(platform, 'Alice Away', { tokens: 2 })
  const [leaked, other] = alice.tokens.map(({ value }) => value) as [string, string]
  const stranger = `flgrn_octi_tkn_${'FAKE'.repeat(16)}`
  const { page, host, complaints, close } = await startConsole(browser)
  ends.push(close)
  await connectPlatform(page, platform.url, platform.platform.consoleToken.expose())
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('triage').click()

  const log = join(mkdtempSync(join(tmpdir(), 'gatehouse-log-')), 'build.log')
  writeFileSync(log, `step 1\nOPENCTI_TOKEN=${leaked}\nstep 2 ${stranger}\nagain ${leaked}\n`)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByTestId('leak-file').click(),
  ])
  await chooser.setFiles(log)

  const live = page.getByTestId('leak-live')
  await live.getByText('alice.away@example.org').waitFor()
  await live.getByText('Line 2 · 2 times').waitFor()
  expect(await live.innerText()).toMatch(/Used before this look\s+Never/)
  await live.getByText('What the owner did since it was made').click()
  await live.getByText('Enterprise Edition only').waitFor()
  await page.getByTestId('leak-unknown').waitFor()
  await page.getByTestId('reason').fill('In the log of a build')
  await page.getByTestId('revoke-leaks').click()

  await page.getByTestId('rung-probe').getByText('1 of 1').waitFor()
  expect(await curl(platform.url, leaked)).toMatchObject({ body: REFUSAL })
  expect(await curl(platform.url, other)).not.toMatchObject({ body: REFUSAL })
  expect(await listed(platform, alice.id)).toEqual([alice.tokens[1]?.id])

  // The same text once more, pasted: now it is known as revoked, from here and why.
  await page.getByTestId('triage').click()
  await page.getByTestId('leak-text').fill(readFileSync(log, 'utf8'))
  await page.getByTestId('look-up').click()
  const revoked = page.getByTestId('leak-revoked')
  await revoked.getByText('In the log of a build').waitFor()
  expect(await page.getByTestId('revoke-leaks').count()).toBe(0)
  expect(await page.content()).not.toContain(leaked.slice(20))
  await page.getByTestId('close-triage').click()

  await page.getByTestId('triage').click()
  const pack = readFileSync(await saved(page, 'patterns-gitleaks'), 'utf8')
  expect(pack).toBe(readFileSync('resources/leak-patterns/gitleaks.toml', 'utf8'))
  expect(complaints).toEqual([])
  await host.stop()
  for (const value of [leaked, stranger]) {
    expect(findCanary(host.profile, value).hits).toEqual([])
    expect(host.output()).not.toContain(value)
  }
})

it('a platform with an audit tells what the owner did since the token was made, and from where', async () => {
  const platform = await startTestPlatform({ seed: 'demo' })
  ends.push(() => platform.platform.stop())
  const alice = await addHolder(platform, 'Alice Away', { tokens: 1 })
  const leaked = alice.tokens[0]?.value ?? ''
  const { page, complaints, close } = await startConsole(browser)
  ends.push(close)
  await connectPlatform(page, platform.url, platform.platform.consoleToken.expose())
  // The thief makes a token of their own.
  const { errors } = await platform.ask(
    'mutation { userTokenAdd(input: { name: "backup", duration: DAYS_365 }) { token_id } }',
    { token: leaked },
  )
  expect(errors).toBeUndefined()
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('triage').click()
  await page.getByTestId('leak-text').fill(leaked)
  await page.getByTestId('look-up').click()
  const live = page.getByTestId('leak-live')
  await live.getByText("generated a new API token 'backup'").waitFor()
  expect(await live.getByTestId('audit-summary').innerText()).toMatch(/^1 act from 1 address/)
  await live.getByText('not with which token').waitFor()
  // What was done to her is no act of hers.
  expect(await live.getByText("'Alice Away 0'").count()).toBe(0)
  expect(complaints.filter((line) => !line.includes('WebSocket'))).toEqual([])
})

it('a platform before 7.260224: whose it is, and where it is renewed', async () => {
  const admin = '11111111-2222-4333-8444-555555555555'
  const platform = await startTestPlatform({
    as: 'opencti-6.9',
    seed: 'demo',
    admin: { token: new Secret(admin) },
  })
  ends.push(() => platform.platform.stop())
  const { data } = await platform.ask('{ users(search: "佐藤") { edges { node { api_token } } } }')
  const { page, complaints, close } = await startConsole(browser)
  ends.push(close)
  await connectPlatform(page, platform.url, admin)
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('triage').click()
  await page.getByTestId('leak-text').fill(`token: '${data.users.edges[0].node.api_token}'`)
  await page.getByTestId('look-up').click()
  const live = page.getByTestId('leak-live')
  await live.getByText('佐藤 健').waitFor()
  await live.getByText('This person has one token.', { exact: false }).waitFor()
  expect(await page.getByTestId('revoke-leaks').count()).toBe(0)
  expect(complaints.filter((line) => !line.includes('WebSocket'))).toEqual([])
})
