import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { findCanary } from '../support/canary.ts'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { startTestPlatform } from '../support/platform-rig.ts'
import { saved } from '../support/signed-download.ts'
import { generate, rowOf } from '../support/token-journey.ts'

/** A token is handed to the person who asked for it (T-08), as an administrator clicks it and the recipient uses it. */

let browser: Browser
const ends: (() => unknown)[] = []

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const hasAge = spawnSync('age', ['--version']).status === 0
if (!hasAge) console.warn('hand-off: no token was handed over sealed: age is not installed')

/** A key pair of the recipient's, as they make it themselves. */
function recipientKey(): { file: string; recipient: string } {
  const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-recipient-')), 'key.txt')
  spawnSync('age-keygen', ['-o', file])
  return { file, recipient: /age1[0-9a-z]+/.exec(readFileSync(file, 'utf8'))?.[0] ?? '' }
}

/** What lines pasted into a shell print when `typed` is typed at their question. */
function inShell(lines: string, typed: string): Promise<string> {
  const shell = spawn('bash', ['-c', lines], { stdio: ['pipe', 'pipe', 'inherit'] })
  shell.stdin.end(`${typed}\n`)
  return text(shell.stdout)
}

it.runIf(hasAge)(
  'sealed for its recipient, opened by age, used by the snippet, and its first use is told',
  async () => {
    const platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo' })
    ends.push(() => platform.platform.stop())
    const { page, host, complaints, close } = await startConsole(browser, { movable: true })
    ends.push(close)
    const pass = async (ms: number) => {
      platform.clock.advance(ms)
      await host.pass(ms)
    }
    await connectPlatform(page, platform.url, platform.platform.consoleToken.expose())
    await page.getByTestId('nav-tokens').click()
    await page.getByTestId('scope-mine').click()

    const value = await generate(page, 'Feed of the SOC', '30 days')
    await page.getByTestId('hand-off').selectOption('curl')
    const snippet = await page.getByTestId('snippet').innerText()
    expect(snippet).not.toContain(value.slice(15))
    await page.getByTestId('copy-snippet').click()
    await page.getByTestId('copy-snippet').getByText('Copied').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(snippet)

    const { file: key, recipient } = recipientKey()
    await page.getByTestId('hand-off').selectOption('sealed')
    await page.getByTestId('recipient').fill(recipient)
    const sealed = await saved(page, 'save-sealed')
    await page.getByTestId('sealed').getByText('Only the recipient can open it').waitFor()
    expect(readFileSync(sealed, 'utf8')).not.toContain(value)
    // Sealing is enough to close.
    await page.getByTestId('close-reveal').click()
    const row = rowOf(page, 'Feed of the SOC')
    await row.getByText('Not used yet').waitFor()
    expect(await page.content()).not.toContain(value)

    await pass(61_000)
    await row.getByText('Not used yet').waitFor()

    // The recipient: opens the file, and pastes the lines that were sent to them.
    const opened = spawnSync('age', ['-d', '-i', key, sealed], { encoding: 'utf8' })
    expect(opened).toMatchObject({ status: 0, stdout: value })
    expect(JSON.parse(await inShell(snippet, opened.stdout))).toMatchObject({
      data: { me: { name: expect.any(String) } },
    })

    await page.getByTestId('nav-overview').click()
    await pass(61_000)
    await page
      .getByRole('alert')
      .getByText(`Token …${value.slice(-4)} “Feed of the SOC” was used for the first time.`)
      .waitFor()
    await page.getByTestId('nav-tokens').click()
    await page.getByTestId('scope-mine').click()
    await row.waitFor()
    expect(await row.getByTestId('not-used-yet').count()).toBe(0)

    await host.stop()
    expect(findCanary(host.profile, value).hits).toEqual([])
    expect(host.output()).not.toContain(value)
    expect(complaints.filter((line) => !line.includes('WebSocket'))).toEqual([])
  },
)
