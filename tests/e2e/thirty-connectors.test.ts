import { type ChildProcess, fork } from 'node:child_process'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '#base/clock.ts'
import { launchChromium } from '../support/chromium.ts'
import { testKey } from '../support/composer-rig.ts'
import { type ConsolePage, connectPlatform, startConsole } from '../support/console-page.ts'
import { freePort, makeImage, mayRunDocker, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'
import { TEST_CATALOG_ID, testCatalog } from '../support/test-catalog.ts'
import { until } from '../support/until.ts'

const CONNECTORS = 30
/** More than two periods of health. */
const WATCHED_MS = 65_000
/** Whose logs are opened, one after the other. */
const LOOKED_INTO = [0, 6, 12, 18, 24, 29]
const LOGS_BAR_S = 15
const HEALTH_BAR_S = 35

/** Writes when it writes, each second. */
const TICKING = `trap 'exit 0' TERM; while :; do echo "tick $(date +%s)"; sleep 1 & wait $!; done`

/** How old the newest line is, in seconds; what writes each second shows how late a line arrives. */
function ageOf(lines: readonly string[]): number {
  const ticks = lines.flatMap((line) => Number(/tick (\d+)/.exec(line)?.[1] ?? 0))
  return Date.now() / 1000 - Math.max(0, ...ticks)
}

/** The row of issue 6 and PERF-4, end to end: Docker Engine, headless composer as it comes, local platform, core, Chromium. */
describe.runIf(mayRunDocker('Thirty connectors on the page'))('thirty connectors', () => {
  let browser: Browser
  let engine: PrivateEngine
  let platform: TestPlatform
  let composer: ChildProcess
  let said = ''
  let console: ConsolePage
  let page: Page
  const names = Array.from({ length: CONNECTORS }, (_, at) => `Ticking ${String(at).padStart(2, '0')}`)

  beforeAll(async () => {
    engine = await startEngine()
    const image = await makeImage(engine.docker, 'gatehouse-test/ticking:1', TICKING)
    platform = await startTestPlatform({ clock: systemClock, seed: 'none', catalogs: [testCatalog(image)] })
    const { plaintext_token: token } = await platform.generate()
    composer = fork('scripts/composer.ts', [], {
      // Its log to a stream that the test reads when something is late.
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        DOCKER_HOST: engine.host,
        MANAGER__CREDENTIALS_KEY: testKey(),
        MANAGER__HTTP__PORT: String(await freePort()),
        OPENCTI__URL: platform.url,
        OPENCTI__TOKEN: token,
        OPENCTI__DAEMON__SELECTOR: 'docker',
        // Schedules as they come, but for the wait before the first deployment.
        MANAGER__EXECUTE_SCHEDULE: '5',
      },
    })
    composer.stdout?.on('data', (chunk: Buffer) => {
      said += chunk
    })
    browser = await launchChromium()
    console = await startConsole(browser, { viewport: { width: 1280, height: 2200 } })
    page = console.page
    await connectPlatform(page, platform.url, token)
    await until('the composer is registered', async () => {
      const { data } = await platform.ask('{ connectorManagers { active } }')
      return data.connectorManagers[0]?.active
    })
    for (const name of names) await run(name, image)
  }, 180_000)
  afterAll(async () => {
    composer?.kill('SIGTERM')
    await console?.close()
    await browser?.close()
    await platform?.platform.stop()
    await engine?.dispose()
  })

  const run = async (name: string, image: string): Promise<void> => {
    const input = {
      name,
      user_id: 'none',
      automatic_user: true,
      catalog_id: TEST_CATALOG_ID,
      manager_contract_image: image.replace(/:1$/, ''),
      manager_contract_configuration: [{ key: 'TEST_SECRET', value: 'fake secret' }],
    }
    const { data } = await platform.ask(
      'mutation ($input: AddManagedConnectorInput!) { managedConnectorAdd(input: $input) { id } }',
      { variables: { input } },
    )
    await platform.ask(
      'mutation ($id: ID!) { updateConnectorRequestedStatus(input: { id: $id, status: starting }) { id } }',
      { variables: { id: data.managedConnectorAdd.id } },
    )
  }
  /** Seconds since the proof that each row of the list shows; rows without one are left out. */
  const evidenceAges = (): Promise<number[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('[role=row]')].flatMap((row) => {
        const shown = row.querySelector('[data-testid=connector]') && row.querySelector('time')?.title
        return shown ? [(Date.now() - Date.parse(shown)) / 1000] : []
      }),
    )
  /** The age of the newest line of each connector's log, as the platform has it. */
  const platformLogAges = async (): Promise<number[]> => {
    const { data } = await platform.ask('{ connectors { manager_connector_logs } }')
    return data.connectors.map(({ manager_connector_logs: lines }: { manager_connector_logs: string[] }) =>
      ageOf(lines ?? []),
    )
  }

  it('their health is never older than 35 s in the list, and their logs never older than 15 s where somebody looks', async () => {
    await page.getByTestId('nav-connectors').click()
    await until(
      'each has its proof in the list',
      async () => (await evidenceAges()).length === CONNECTORS,
      90_000,
    )
    await until(
      'each has its log on the platform',
      async () => (await platformLogAges()).every((age) => age < LOGS_BAR_S),
      60_000,
    )
    const reader = await page.context().newPage()
    await reader.goto(page.url())
    const worst = { health: 0, platformLogs: 0, pageLogs: 0 }
    let over = false
    const watchList = async (): Promise<void> => {
      while (!over) {
        const ages = await evidenceAges()
        expect(ages).toHaveLength(CONNECTORS)
        worst.health = Math.max(worst.health, ...ages)
        worst.platformLogs = Math.max(worst.platformLogs, ...(await platformLogAges()))
        await page.waitForTimeout(500)
      }
    }
    const watchLogs = async (): Promise<void> => {
      for (const at of LOOKED_INTO) {
        const ends = Date.now() + WATCHED_MS / LOOKED_INTO.length
        await reader.getByTestId('nav-connectors').click()
        await reader.getByRole('row').filter({ hasText: names[at] }).getByTestId('connector').click()
        const log = reader.getByTestId('log')
        await log.getByText('tick').first().waitFor()
        while (Date.now() < ends) {
          const text = await log.innerText()
          worst.pageLogs = Math.max(worst.pageLogs, ageOf(text.split('\n')))
          await reader.waitForTimeout(200)
        }
      }
      over = true
    }
    await Promise.all([watchList(), watchLogs()])
    const [health, platformLogs, pageLogs] = Object.values(worst).map((seconds) => seconds.toFixed(1))
    const faults = said.split('\n').filter((line) => /"level":[4-6]0/.test(line))
    process.stdout.write(
      `${CONNECTORS} connectors for ${WATCHED_MS / 1000} s: health at most ${health} s old in the list, logs ${platformLogs} s on the platform and ${pageLogs} s in the page; the composer told ${faults.length} faults${faults.map((line) => `\n${line}`).join('')}\n`,
    )
    expect(worst.health).toBeLessThanOrEqual(HEALTH_BAR_S)
    expect(worst.platformLogs).toBeLessThanOrEqual(LOGS_BAR_S)
    expect(worst.pageLogs).toBeLessThanOrEqual(LOGS_BAR_S)
    expect(console.complaints).toEqual([])
  }, 300_000)
})
