import type { Browser, Page } from 'playwright-core'
import { type BrowserHost, startBrowserHost } from './browser-host.ts'

/** A page of the console in Chromium, and everything that went wrong in it unseen. */
export interface ConsolePage {
  readonly page: Page
  /** uncaught errors, console errors and content-policy violations, in order */
  readonly complaints: string[]
  readonly close: () => Promise<void>
}

export interface ConsolePageOptions {
  readonly scheme?: 'light' | 'dark'
  readonly language?: string
  readonly viewport?: { width: number; height: number }
  /** the host's clock can be moved on */
  readonly movable?: boolean
}

/** Opens the host's one-time address in a browser profile of its own and waits for the frame. */
export async function openConsolePage(
  browser: Browser,
  host: BrowserHost,
  { scheme = 'light', language = 'en-US', viewport = { width: 1280, height: 800 } }: ConsolePageOptions = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({
    viewport,
    colorScheme: scheme,
    locale: language,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  // A hang guard; what the product promises in seconds is measured where it is promised.
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} ${message.location().url}`)
  })
  await page.goto(host.launchUrl)
  await page.getByTestId('status-bar').waitFor()
  return { page, complaints, close: () => context.close() }
}

/** Starts a host on a fresh profile and opens its page; both end with `close`. */
export async function startConsole(
  browser: Browser,
  options?: ConsolePageOptions,
): Promise<ConsolePage & { readonly host: BrowserHost }> {
  const host = await startBrowserHost(undefined, { movable: options?.movable })
  const opened = await openConsolePage(browser, host, options)
  return {
    ...opened,
    host,
    async close() {
      await opened.close()
      await host.stop()
      host.remove()
    },
  }
}

/** Connects a platform as an admin does: address, look, token. The connection becomes the one in use. */
export async function connectPlatform(page: Page, url: string, token: string): Promise<void> {
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('add-connection').first().click()
  await page.getByTestId('address').fill(url)
  await page.getByTestId('submit-connection').click()
  await page.getByTestId('connection-token').fill(token)
  await page.getByTestId('submit-connection').click()
  await page.getByTestId('connection-token').waitFor({ state: 'detached' })
}
