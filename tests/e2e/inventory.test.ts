import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** T-03, T-15: every token of everybody on one screen, against a platform that answers as OpenCTI 7 does. */
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it('reads all tokens, says what is wrong with them, leads there and offers to revoke what is selected', async () => {
  const platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo' })
  ends.push(() => platform.platform.stop())
  const { plaintext_token } = await platform.generate(undefined, 'DAYS_30', 'console')
  const { page, complaints, close } = await startConsole(browser)
  ends.push(close)
  await connectPlatform(page, platform.url, plaintext_token)

  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('scope-all').click()
  const grid = page.getByRole('grid', { name: 'All tokens' })
  await grid.getByText('console', { exact: true }).waitFor()
  const { data } = await platform.ask('{ users(first: 5000) { edges { node { api_tokens { id } } } } }')
  const there = (data.users.edges as { node: { api_tokens: unknown[] } }[]).reduce(
    (sum, { node }) => sum + node.api_tokens.length,
    0,
  )
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(there + 1))

  await page.getByTestId('search').fill('佐藤')
  await expect.poll(() => grid.getByText('Alice Moreau').count()).toBe(0)
  expect(await grid.getByText('佐藤 健').count()).toBeGreaterThan(0)

  await page.getByTestId('scope-findings').click()
  const unlimited = page.getByTestId('finding-unlimited')
  const count = Number(/\d+/.exec(await unlimited.innerText())?.[0])
  expect(count).toBeGreaterThan(0)
  await page.getByTestId('search').fill('')
  await page.getByTestId('show-unlimited').click()
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(count + 1))

  // The overview tells of the same finding, and leads to the same tokens.
  await grid.getByTestId('select-row').first().click()
  await page.getByTestId('revoke-selected').waitFor()
  await page.getByTestId('clear-filter').click()
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(there + 1))
  await page.getByTestId('nav-overview').click()
  await page.locator('[data-row="finding unlimited"] [data-testid=remedy]').click()
  await expect.poll(() => page.url()).toContain('#/tokens/all/unlimited')
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(count + 1))

  // So does each bar of the panel, to its own.
  await page.getByTestId('clear-filter').click()
  await page.getByTestId('nav-overview').click()
  const bar = page.getByTestId('bar-unlimited')
  expect(/\d+/.exec(await bar.innerText())?.[0]).toBe(String(count))
  await bar.click()
  await expect.poll(() => page.url()).toContain('#/tokens/all/unlimited')
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(count + 1))
  expect(complaints).toEqual([])
})

it.each([
  {
    what: 'a platform that deletes what it revokes: the console remembers',
    options: { as: 'opencti-7' },
    here: ['Revoked from here', 'This console'],
    elsewhere: ['No longer listed', 'This console'],
  },
  {
    what: 'a platform that keeps a record: both know of each token, and it says that one was revoked elsewhere',
    options: {},
    here: ['Revoked from here', 'Both'],
    elsewhere: ['Revoked elsewhere', 'Both'],
  },
] as const)(
  'what is revoked here and elsewhere stands in the Revoked tab, on $what',
  async ({ options, here, elsewhere }) => {
    const platform = await startTestPlatform({ ...options, seed: 'demo' })
    ends.push(() => platform.platform.stop())
    const console = await platform.generate(undefined, 'DAYS_30', 'console')
    await platform.generate(undefined, 'DAYS_30', 'ends-here')
    const other = await platform.generate(undefined, 'DAYS_30', 'ends-elsewhere')
    const { page, complaints, close } = await startConsole(browser)
    ends.push(close)
    await connectPlatform(page, platform.url, console.plaintext_token)
    await page.getByTestId('nav-tokens').click()
    await page.getByTestId('scope-all').click()
    const all = page.getByRole('grid', { name: 'All tokens' })
    await all.getByText('ends-elsewhere', { exact: true }).waitFor()

    await platform.ask(`mutation { userTokenRevoke(id: "${other.token_id}") }`)
    await page.getByTestId('scope-mine').click()
    const mine = page.getByRole('row').filter({ hasText: 'ends-here' })
    await mine.getByTestId('revoke').click()
    await page.getByTestId('confirm-revoke').click()
    await page.getByTestId('confirm-revoke').waitFor({ state: 'detached' })
    await page.getByTestId('scope-all').click()
    await page.getByTestId('refresh').click()
    await expect.poll(() => all.getByText('ends-elsewhere', { exact: true }).count()).toBe(0)

    const gone = page.getByRole('grid', { name: 'Revoked and gone' })
    const said = async (name: string): Promise<string[]> => {
      const row = gone.getByRole('row').filter({ hasText: name })
      await row.waitFor()
      return (await row.innerText()).split(/\s*\n\s*/)
    }
    for (const look of ['at once', 'after a reload'] as const) {
      if (look === 'after a reload') await page.reload()
      await page.getByTestId('scope-revoked').click()
      await expect.poll(() => said('ends-here'), { message: look }).toEqual(expect.arrayContaining([...here]))
      await expect
        .poll(() => said('ends-elsewhere'), { message: look })
        .toEqual(expect.arrayContaining([...elsewhere]))
    }
    await expect.poll(() => page.getByTestId('changes').innerText()).toContain('2 tokens are gone')
    expect(complaints).toEqual([])
  },
)
