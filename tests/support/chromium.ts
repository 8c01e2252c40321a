import { type Browser, type BrowserContext, chromium } from 'playwright-core'

/** Where Debian puts it; another place by the environment. */
const EXECUTABLE = process.env.GATEHOUSE_CHROMIUM ?? '/usr/bin/chromium'

const OPTIONS = {
  executablePath: EXECUTABLE,
  // Chromium's sandbox cannot run as root.
  chromiumSandbox: process.getuid?.() !== 0,
  args: [
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}

/** Real Chromium, headless, that asks nobody but the addresses a test gives it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch(OPTIONS)
}

/** The same with a profile of its own on the disk, as a person's browser has one. */
export function launchChromiumOn(profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    ...OPTIONS,
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
}
