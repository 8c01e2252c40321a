import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where Debian puts it; another place by the environment. */
const EXECUTABLE = process.env.GATEHOUSE_CHROMIUM ?? '/usr/bin/chromium'

/** Why Chromium cannot run here, or null when it can. */
export function chromiumMissing(): string | null {
  return existsSync(EXECUTABLE) ? null : `no Chromium at ${EXECUTABLE}`
}

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
