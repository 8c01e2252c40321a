import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** What an admin sees when things go wrong: a clear sentence, nothing lost, nothing executed, and a way on. */

let browser: Browser
let rig: Awaited<ReturnType<typeof startTestPlatform>>
let proxy: FaultProxy
let opened: Awaited<ReturnType<typeof startConsole>>
let page: Page

beforeAll(async () => {
  browser = await launchChromium()
  rig = await startTestPlatform({ seed: 'demo' })
  proxy = await startFaultProxy(rig.platform.url)
  opened = await startConsole(browser)
  page = opened.page
  await connectPlatform(page, proxy.url, rig.platform.consoleToken.expose())
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('generate').first().waitFor()
})
afterEach(async () => {
  proxy.choose = () => null
  await page.keyboard.press('Escape')
})
afterAll(async () => {
  await opened?.close()
  await proxy?.close()
  await rig?.platform.stop()
  await browser?.close()
})

/** Harms the operations whose name matches. */
function harm(operation: RegExp, fault: Fault): void {
  proxy.choose = (document) => (operation.test(document) ? fault : null)
}

async function fillGenerate(name: string): Promise<void> {
  await page.getByTestId('generate').first().click()
  await page.getByTestId('token-name').fill(name)
  await page.getByTestId('duration').getByText('30 days', { exact: true }).click()
}

async function tokensNamed(name: string): Promise<unknown[]> {
  const { data } = await rig.ask('{ me { api_tokens { name } } }')
  return data.me.api_tokens.filter((token: { name: string }) => token.name === name)
}

const mutationsSeen = () => proxy.seen.filter((document) => /userTokenAdd/.test(document)).length

describe('a lost answer', () => {
  it('after the commit leads to the orphan and its revocation, never to a second token', async () => {
    const before = mutationsSeen()
    harm(/userTokenAdd/, 'lose-answer')
    await fillGenerate('Lost on the way')
    await page.getByTestId('submit-generate').click()
    await page.getByTestId('answer-lost').waitFor()
    expect(await tokensNamed('Lost on the way')).toHaveLength(1)
    await page.getByTestId('revoke-orphan').click()
    await page.getByTestId('revoke-orphan').waitFor({ state: 'detached' })
    expect(await tokensNamed('Lost on the way')).toHaveLength(0)
    expect(mutationsSeen() - before).toBe(1)
  })

  it('before the commit says that nothing is listed so far, and looks again', async () => {
    harm(/userTokenAdd/, 'cut')
    await fillGenerate('Never arrived')
    await page.getByTestId('submit-generate').click()
    await page.getByText('No answer came, and no new token is listed so far').waitFor()
    await page.getByTestId('look-again').click()
    await page.getByRole('dialog').getByText('Read now').waitFor()
    expect(await page.getByTestId('revoke-orphan').count()).toBe(0)
    expect(await tokensNamed('Never arrived')).toHaveLength(0)
  })
})

describe('reading the list', () => {
  const read = async (): Promise<void> => page.getByTestId('refresh').first().click()

  it.each([
    ['html', 'Something answers there, but it is not OpenCTI'],
    ['malformed', 'The platform answered with an error'],
    ['http-500', 'The address answered with an HTTP error'],
    ['cut', 'The platform broke the connection off'],
    ['endless', 'The answer was too large and was not read to its end'],
    ['forbidden', 'The platform does not let this account do that'],
  ] as const)('through %s keeps what was read and says why it is old', async (fault, sentence) => {
    harm(/api_tokens/, fault)
    await read()
    await page.getByText(sentence).first().waitFor()
    expect(await page.getByRole('row').count()).toBeGreaterThan(1)
    proxy.choose = () => null
    await read()
    await page.getByText(sentence).first().waitFor({ state: 'detached' })
  })

  it('does not take 100 MB to notice', () => {
    expect(proxy.endlessBytes()).toBeGreaterThan(0)
    expect(proxy.endlessBytes()).toBeLessThan(40 * 1024 * 1024)
  })
})

describe('revoking', () => {
  it('that the platform forbids says so and leaves the token in the list', async () => {
    await rig.generate(undefined, 'DAYS_30', 'Stays in the list')
    await page.getByTestId('refresh').first().click()
    harm(/userTokenRevoke/, 'forbidden')
    await page.getByRole('row').filter({ hasText: 'Stays in the list' }).getByTestId('revoke').click()
    await page.getByTestId('confirm-revoke').click()
    await page.getByText('The platform does not let this account do that').waitFor()
    await page.getByTestId('cancel').first().click()
    expect(await tokensNamed('Stays in the list')).toHaveLength(1)
  })
})

describe('hostile names', () => {
  it('are shown as text, in their own direction, and run nothing', async () => {
    const names = [
      '<img src=x onerror="document.title=\'owned\'">',
      '\u202Egnp.exe مفتاح',
      '=HYPERLINK("http://example.org")',
    ]
    for (const name of names) await rig.generate(undefined, 'DAYS_30', name)
    await page.getByTestId('refresh').first().click()
    await page.getByRole('row').filter({ hasText: '<img src=x' }).waitFor()
    expect(await page.getByRole('row').filter({ hasText: 'HYPERLINK' }).count()).toBe(1)
    expect(await page.locator('main img').count()).toBe(0)
    expect(await page.title()).not.toContain('owned')
  })

  it('of 10 000 characters are refused before anything is sent', async () => {
    const before = mutationsSeen()
    await fillGenerate('x'.repeat(10_000))
    await page.getByText(/10,000 characters; at most 200/).waitFor()
    await page.getByTestId('submit-generate').click()
    expect(mutationsSeen()).toBe(before)
    await page
      .getByTestId('cancel')
      .or(page.getByRole('button', { name: 'Cancel' }))
      .first()
      .click()
  })
})

describe('connecting', () => {
  it.each([
    ['not an address', 'http://user:pass@host', 'This is not an address Gatehouse can use'],
    ['a closed port', 'http://127.0.0.1:9', 'The machine is there, but nothing answers at that port'],
    ['a name nobody has', 'https://opencti.invalid', 'No machine of that name was found'],
    ['plain http to another machine', 'http://192.0.2.1', 'The token would cross the network unencrypted'],
  ])('to %s explains itself', async (_, address, sentence) => {
    await page.getByTestId('nav-settings').click()
    await page.getByTestId('section-connections').click()
    await page.getByTestId('add-connection').first().click()
    await page.getByTestId('address').fill(address)
    await page.getByTestId('submit-connection').click()
    await page.getByText(sentence).first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('address').waitFor({ state: 'detached' })
  })
})

describe('losing a side', () => {
  it('of its own token mid-use says whose token is refused, and takes a new one', async () => {
    const admin = await rig.generate(undefined, 'DAYS_30', 'Console, to expire')
    await page.getByTestId('nav-settings').click()
    await page.getByTestId('section-connections').click()
    await page.getByTestId('new-token').last().click()
    await page.getByTestId('connection-token').fill(admin.plaintext_token)
    await page.getByTestId('submit-connection').click()
    await page.getByTestId('connection-token').waitFor({ state: 'detached' })

    rig.clock.advance(31 * 86_400_000)
    await page.getByTestId('nav-tokens').click()
    await page.getByTestId('refresh').first().click()
    await page.getByText('The platform does not accept the token of this connection').first().waitFor()

    const next = await rig.generate(undefined, 'DAYS_30', 'Console, anew')
    await page.getByRole('button', { name: 'New token', exact: true }).first().click()
    await page.getByTestId('connection-token').fill(next.plaintext_token)
    await page.getByTestId('submit-connection').click()
    await page.getByTestId('connection-token').waitFor({ state: 'detached' })
    await page.getByText('Console, anew').first().waitFor()
    expect(await page.getByText('does not accept the token').count()).toBe(0)
  })

  it('that is stopped and goes on: the page says that nobody answers, and what was asked is done', async () => {
    const { pid } = opened.host.process
    if (!pid) throw new Error('The host has no process')
    process.kill(pid, 'SIGSTOP')
    try {
      await page.getByTestId('nav-settings').click()
      await page.getByTestId('section-clipboard').click()
      await page.getByRole('combobox').selectOption('15')
      await page.getByTestId('link-silent').waitFor()
      expect(await page.getByTestId('link-lost').count()).toBe(0)
      expect(await page.getByTestId('status-bar').getByText('Connected').count()).toBe(0)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await page.getByTestId('link-silent').waitFor({ state: 'detached' })
    await page.reload()
    await expect.poll(() => page.getByRole('combobox').inputValue()).toBe('15')
    expect(opened.complaints.filter((text) => /Unhandled|uncaught/i.test(text))).toEqual([])
  })

  it('of the console says so, and the page stays readable', async () => {
    opened.host.process.kill('SIGKILL')
    await page.getByTestId('link-lost').waitFor()
    expect(await page.getByTestId('status-bar').isVisible()).toBe(true)
  })
})
