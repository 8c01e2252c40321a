import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, ISSUED_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { findCanary } from '../support/canary.ts'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { startTestPlatform } from '../support/platform-rig.ts'
import { curl, embeddedPlatformUrl, generate, REFUSAL, revoke, rowOf } from '../support/token-journey.ts'

/** The journeys of the product requirements (requirements 003), whole, as a person clicks them. */

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function consolePage() {
  const opened = await startConsole(browser)
  ends.push(opened.close)
  return opened
}

describe('Journey 1: long-term access', () => {
  it('generates on the embedded platform, reveals once, copies, uses, revokes, and is refused at the next call', async () => {
    const { page, host, complaints } = await consolePage()
    const url = await embeddedPlatformUrl(page)
    await page.getByTestId('nav-tokens').click()

    const value = await generate(page, 'Enrichment scripts', 'Unlimited')
    expect(value).toMatch(ISSUED_TOKEN_PATTERN)
    await page
      .getByText("Make sure to copy your new personal API token now. You won't be able to see it again!")
      .waitFor()
    await page.getByTestId('copy-token').click()
    await page.getByTestId('copied').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(value)
    await page.getByTestId('close-reveal').click()

    const row = rowOf(page, 'Enrichment scripts')
    await row.waitFor()
    const cells = await row.getByRole('gridcell').allInnerTexts()
    expect(cells.join(' | ')).toContain(value.slice(-4))
    expect(cells.join(' | ')).toMatch(/Just now.*Never.*Not used yet/)
    expect(await page.content()).not.toContain(value)

    expect(await curl(url, value)).toMatchObject({
      status: 200,
      body: { data: { me: { name: expect.any(String) } } },
    })

    await revoke(page, row, 'Scripts were retired')
    expect(await curl(url, value)).toMatchObject({ status: 200, body: REFUSAL })
    await page.getByText('Scripts were retired').waitFor()

    await host.stop()
    const search = findCanary(host.profile, value)
    expect(search.files).toBeGreaterThan(3)
    expect(search.hits).toEqual([])
    expect(host.output()).not.toContain(value)
    expect(complaints.filter((line) => !line.includes('WebSocket'))).toEqual([])
  })
})

describe('on a platform of their own', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>
  beforeEach(async () => {
    platform = await startTestPlatform({ seed: 'demo' })
    ends.push(() => platform.platform.stop())
  })

  it('Journey 2: an administrator revokes all tokens of a user, and each is refused at once', async () => {
    const { page } = await consolePage()
    const { data } = await platform.ask(
      '{ users(first: 50) { edges { node { id name api_tokens { id } account_status } } } }',
    )
    const users: { node: { id: string; name: string; api_tokens: unknown[]; account_status: string } }[] =
      data.users.edges
    const alice = users.find(
      ({ node }) => node.api_tokens.length === 0 && node.account_status === 'Active',
    )?.node
    if (!alice) throw new Error('the demo has no active user without tokens')
    const stolen = []
    for (const name of ['Notebook', 'Laptop', 'Lab'])
      stolen.push(await platform.generate(alice.id, 'DAYS_90', name))

    await connectPlatform(page, platform.platform.url, platform.platform.consoleToken.expose())
    await page.getByTestId('nav-tokens').click()
    await page.getByTestId('scope-users').click()
    await page.getByTestId('search').fill(alice.name)
    await page.getByTestId('user').filter({ hasText: alice.name }).first().click()
    for (const { plaintext_token, masked_token } of stolen) {
      const row = rowOf(page, masked_token.slice(-4)).filter({ has: page.getByTestId('revoke') })
      await revoke(page, row, 'Laptop stolen')
      expect(await curl(platform.platform.url, plaintext_token)).toMatchObject({ body: REFUSAL })
    }
    await page.getByTestId('no-tokens').waitFor()
    expect(await page.getByText('Laptop stolen').count()).toBe(3)
    expect(platform.platform.verifyAudit()).toMatchObject({ ok: true })
  })

  it('Journey 3: a token of 30 days ends by itself 31 days later', async () => {
    const { page } = await consolePage()
    await connectPlatform(page, platform.platform.url, platform.platform.consoleToken.expose())
    await page.getByTestId('nav-tokens').click()
    const value = await generate(page, 'One-off migration', '30 days')
    await page.getByTestId('copy-token').click()
    await page.getByTestId('copied').waitFor()
    await page.getByTestId('close-reveal').click()
    expect(await curl(platform.platform.url, value)).toMatchObject({ body: { data: { me: {} } } })

    platform.clock.advance(31 * DAY_MS)
    expect(await curl(platform.platform.url, value)).toMatchObject({ status: 200, body: REFUSAL })
    expect(
      await curl(platform.platform.url, value, { accept: 'application/graphql-response+json' }),
    ).toMatchObject({
      status: 401,
      challenge: 'Bearer error="invalid_token", error_description="Token Expired"',
    })
    await page.getByTestId('refresh').click()
    await rowOf(page, 'One-off migration').getByText('Expired').waitFor()
  })
})
