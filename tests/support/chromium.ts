import { type Browser, chromium } from 'playwright-core'

/** Where Debian puts it; another place by the environment. */
const EXECUTABLE = process.env.GATEHOUSE_CHROMIUM ?? '/usr/bin/chromium'

/** Real Chromium, headless, that asks nobody but the addresses a test gives it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
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
  })
}
