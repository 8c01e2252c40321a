import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '#base/clock.ts'
import { conformanceImages } from '../docker/images.ts'
import { launchChromium } from '../support/chromium.ts'
import { turnComposerOn } from '../support/composer-settings.ts'
import { type ConsolePage, connectPlatform, startConsole } from '../support/console-page.ts'
import { mayRunDocker, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'
import { TEST_CATALOG_ID, testCatalog } from '../support/test-catalog.ts'
import { until } from '../support/until.ts'

/** Long enough that three cycles do not pass while an admin reads and presses. */
const RECONCILE_S = 30

describe.runIf(mayRunDocker('Held removals'))('a platform that suddenly lists far fewer connectors', () => {
  let browser: Browser
  let engine: PrivateEngine
  let platform: TestPlatform
  let console: ConsolePage

  beforeAll(async () => {
    engine = await startEngine()
    const { steadyImage } = await conformanceImages(engine.docker)
    platform = await startTestPlatform({
      clock: systemClock,
      seed: 'none',
      catalogs: [testCatalog(steadyImage)],
    })
    browser = await launchChromium()
    process.env.DOCKER_HOST = engine.host
    console = await startConsole(browser)
    await connectPlatform(console.page, platform.url, (await platform.generate()).plaintext_token)
  })
  afterAll(async () => {
    await console?.close()
    await browser?.close()
    delete process.env.DOCKER_HOST
    await platform?.platform.stop()
    await engine?.dispose()
  })

  const ask = async (query: string, variables: Record<string, unknown> = {}) => {
    const { data, errors } = await platform.ask(query, { variables })
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  }
  const running = async (): Promise<number> =>
    (await engine.docker.listContainers()).filter(({ Labels }) => Labels['opencti-connector-id']).length

  const add = async (name: string): Promise<string> => {
    const input = {
      name,
      user_id: 'none',
      automatic_user: true,
      catalog_id: TEST_CATALOG_ID,
      manager_contract_image: 'gatehouse-test/steady',
      manager_contract_configuration: [{ key: 'TEST_SECRET', value: 'fake secret' }],
    }
    const { managedConnectorAdd } = await ask(
      'mutation ($input: AddManagedConnectorInput!) { managedConnectorAdd(input: $input) { id } }',
      { input },
    )
    await ask(
      'mutation ($id: ID!) { updateConnectorRequestedStatus(input: { id: $id, status: starting }) { id } }',
      { id: managedConnectorAdd.id },
    )
    return managedConnectorAdd.id
  }

  it('REL-5: nothing is removed, the settings say what waits, and an admin’s word removes it at once', async () => {
    const { page } = console
    await page.getByTestId('nav-settings').click()
    await page.getByTestId('section-composer').click()
    await turnComposerOn(page, { reconcile: String(RECONCILE_S), logs: '10', crashLoop: '10' })
    await until(
      'the composer is registered',
      async () => (await ask('{ connectorManagers { active } }')).connectorManagers[0]?.active,
    )
    const ids = await Promise.all(['One', 'Two', 'Three', 'Four'].map(add))
    await until('all four run', async () => (await running()) === ids.length, 60_000)

    for (const id of ids.slice(1)) await ask('mutation ($id: ID!) { deleteConnector(id: $id) }', { id })
    const held = page.getByTestId('removals-held')
    await held.getByText('3 removals wait to be sure').waitFor({ timeout: 2 * RECONCILE_S * 1000 })
    expect(await running()).toBe(ids.length)

    await held.getByTestId('confirm-removals').click()
    await until('the three are gone', async () => (await running()) === 1, (RECONCILE_S * 1000) / 2)
    await held.waitFor({ state: 'detached' })
    await page.getByTestId('nav-activity').click()
    await page.getByText('Confirm removals by the composer').first().waitFor()
    expect(console.complaints).toEqual([])
  })
})
