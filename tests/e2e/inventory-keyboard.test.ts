import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** T-03: a grid of thousands of tokens by keyboard alone, while the list under it changes. */
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const SIZE = { users: 300, tokens: 4_000, tokensOfOne: 0 }

/** Where the focus is: its row and column as readers are told them, and what a widget there is. */
const place = (page: Page) =>
  page.evaluate(() => {
    const focus = document.activeElement as HTMLElement
    const row = focus.closest('[role=row]')
    return {
      row: Number(row?.getAttribute('aria-rowindex')),
      column: Number(focus.closest('[aria-colindex]')?.getAttribute('aria-colindex')),
      widget: focus.dataset.testid ?? focus.dataset.sorts ?? null,
      selected: row?.getAttribute('aria-selected') === 'true',
    }
  })

/** Presses `key` until `wanted` has the focus. */
async function moveTo(page: Page, wanted: string, key = 'Tab', most = 60): Promise<void> {
  for (let press = 0; press < most; press++) {
    if (await page.evaluate((selector) => document.activeElement?.matches(selector), wanted)) return
    await page.keyboard.press(key)
  }
  throw new Error(`${key} never reached ${wanted}`)
}

it('is walked, sorted, selected and revoked from, and the focus stays where it was put', async () => {
  const platform = await startTestPlatform({ as: 'opencti-7', seed: 'large', seedSize: SIZE })
  ends.push(() => platform.platform.stop())
  const { plaintext_token } = await platform.generate(undefined, 'DAYS_30', 'console')
  const { page, complaints, close } = await startConsole(browser)
  ends.push(close)
  await connectPlatform(page, platform.url, plaintext_token)
  await page.getByTestId('nav-tokens').focus()
  await page.keyboard.press('Enter')
  await moveTo(page, '[data-testid=scope-all]')
  await page.keyboard.press('Enter')
  const grid = page.getByRole('grid', { name: 'All tokens' })
  const rows = async () => Number(await grid.getAttribute('aria-rowcount'))
  await expect.poll(rows).toBeGreaterThan(SIZE.tokens)
  await page.getByTestId('inventory-progress').waitFor({ state: 'detached' })
  const last = await rows()
  const columns = Number(await grid.getAttribute('aria-colcount'))

  // One tab stop; from there to each end of thousands of rows of which few are drawn.
  await moveTo(page, '[role=grid] [tabindex="0"]')
  expect(await place(page)).toMatchObject({ row: 2, column: 1 })
  await page.keyboard.press('Control+End')
  await expect.poll(() => place(page)).toMatchObject({ row: last, column: columns })
  expect(await grid.locator('[role=row]').count()).toBeLessThan(120)
  for (const [key, there] of [
    ['Home', { row: last, column: 1 }],
    ['PageUp', { row: last - 10, column: 1 }],
    ['ArrowUp', { row: last - 11, column: 1 }],
    ['End', { row: last - 11, column: columns }],
    ['ArrowRight', { row: last - 11, column: columns }],
    ['Control+Home', { row: 2, column: 1 }],
    ['PageUp', { row: 1, column: 1 }],
    ['PageDown', { row: 11, column: 1 }],
  ] as const) {
    await page.keyboard.press(key)
    await expect.poll(() => place(page), { message: key }).toMatchObject(there)
  }

  // Space takes one, Shift+Space all up to here, Ctrl+A what is shown.
  const selected = async () =>
    Number(/[\d,]+/.exec(await page.getByTestId('selection').innerText())?.[0]?.replace(',', ''))
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  expect(await place(page)).toMatchObject({ row: 11, selected: true })
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+Space')
  await expect.poll(selected).toBe(5)
  await page.keyboard.press('Space')
  await expect.poll(selected).toBe(4)
  await page.keyboard.press('Control+a')
  await expect.poll(selected).toBe(last - 1)
  await moveTo(page, '[data-testid=clear-selection]')
  await page.keyboard.press('Enter')
  await page.getByTestId('selection').waitFor({ state: 'detached' })

  // The header sorts, with Shift by a further column.
  await moveTo(page, '[role=grid] [tabindex="0"]', 'Shift+Tab')
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowUp')
  await moveTo(page, '[data-sorts=owner]', 'ArrowRight', columns)
  await page.keyboard.press('Enter')
  const sorted = (name: string) =>
    grid.locator(`[role=columnheader]:has([data-sorts=${name}])`).getAttribute('aria-sort')
  await expect.poll(() => sorted('owner')).toBe('ascending')
  await moveTo(page, '[data-sorts=name]', 'ArrowLeft', columns)
  await page.keyboard.press('Shift+Enter')
  await expect.poll(() => sorted('name')).toBe('ascending')
  expect(await sorted('owner')).toBe('ascending')

  // Tokens come and go above: the focus stays on its token, not on its place.
  await page.keyboard.press('Control+Home')
  for (let step = 0; step < 30; step += 1) await page.keyboard.press('PageDown')
  const before = { ...(await place(page)), top: await top(page) }
  const named = () =>
    page.evaluate(
      () => document.activeElement?.closest('[role=row]')?.querySelector('[role=rowheader]')?.textContent,
    )
  const name = await named()
  const first = await platform.ask(
    '{ users(first: 1, orderBy: name, orderMode: asc) { edges { node { id } } } }',
  )
  for (let more = 0; more < 3; more += 1)
    await platform.generate(first.data.users.edges[0].node.id, 'DAYS_30', `came ${more}`)
  await page.evaluate(() => (document.querySelector('[data-testid=refresh]') as HTMLElement).click())
  await expect.poll(rows).toBe(last + 3)
  expect(await named()).toBe(name)
  expect((await place(page)).row - before.row).toBe(3)
  await expect.poll(() => top(page)).toBe(before.top)

  // From the selection to what a revocation would end, and back to where one was.
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+Space')
  await expect.poll(selected).toBe(2)
  await moveTo(page, '[data-testid=revoke-selected]')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByTestId('by-owner').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await expect.poll(() => place(page)).toMatchObject({ widget: 'revoke-selected' })
  expect(complaints).toEqual([])
})

/** Where what has the focus is drawn, px from the top of the window. */
const top = (page: Page) =>
  page.evaluate(() => Math.round((document.activeElement as HTMLElement).getBoundingClientRect().top))
