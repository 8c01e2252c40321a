import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '#base/clock.ts'
import { managerKey } from '../../electron/composer/secrets/private-key.ts'
import { launchChromium } from '../support/chromium.ts'
import { testKey } from '../support/composer-rig.ts'
import { type ConsolePage, startConsole } from '../support/console-page.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** An OpenAEV in the console, as its administrator has it: Chromium, the console, the local platform's OpenAEV side over HTTP. */
const COMPOSER = 'aev-composer'
const ADDED = 'mutation ($input: AddManagedConnectorInput!) { managedConnectorAdd(input: $input) { id } }'

describe('an OpenAEV', () => {
  let browser: Browser
  let platform: TestPlatform
  let console: ConsolePage
  let page: Page
  let token: string
  let id: string

  async function composer(method: string, path: string, body: object) {
    const response = await fetch(`${platform.url}/api/xtm-composer${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(200)
  }
  const report = (part: string, body: object, method = 'PUT') =>
    composer(method, `/${COMPOSER}/connector-instances/${id}/${part}`, body)

  beforeAll(async () => {
    platform = await startTestPlatform({ clock: systemClock, seed: 'none' })
    token = (await platform.generate()).plaintext_token
    await composer('POST', '/register', {
      id: COMPOSER,
      name: 'Composer',
      public_key: managerKey(testKey()).spki,
    })
    const { data } = await platform.ask(ADDED, {
      variables: {
        input: {
          name: 'HTTP query',
          user_id: 'none',
          automatic_user: true,
          catalog_id: 'openaev-catalog-id',
          manager_contract_image: 'openaev/injector-http-query',
          manager_contract_configuration: [],
        },
      },
    })
    id = data.managedConnectorAdd.id
    browser = await launchChromium()
    console = await startConsole(browser)
    page = console.page
  })
  afterAll(async () => {
    await console?.close()
    await browser?.close()
    await platform?.platform.stop()
  })

  const row = () => page.getByRole('row').filter({ hasText: 'HTTP query' })

  it('is told from its address, which answers as both, and connected as the one that was chosen', async () => {
    await page.getByTestId('nav-settings').click()
    await page.getByTestId('add-connection').first().click()
    await page.getByTestId('address').fill(platform.url)
    await page.getByTestId('submit-connection').click()
    await page.getByTestId('kind-openaev').check()
    await page.getByLabel('Name in this console').fill('Red team')
    await page.getByTestId('connection-token').fill(token)
    await page.getByTestId('submit-connection').click()
    await page.getByTestId('connection-token').waitFor({ state: 'detached' })
    await page
      .getByTestId('switcher')
      .filter({ hasText: 'Red team' })
      .filter({ hasText: 'Connected' })
      .waitFor()
    const card = page.getByTestId('connection').filter({ hasText: 'Red team' })
    expect(await card.innerText()).toContain('OpenAEV')
  })

  it('lists what a composer runs for it, and says what it does not tell of the composer', async () => {
    await page.getByTestId('nav-connectors').click()
    await row().waitFor()
    const words = await row().innerText()
    expect(words).toContain('Injector')
    expect(words).toContain('Stopped')
    const card = page.getByTestId('openaev-composer')
    expect(await card.innerText()).toMatch(/within the last two hours[\s\S]*does not tell its name/)
  })

  it('start: asked of the platform, reported by the composer, shown with its log', async () => {
    await row().getByTestId('connector').click()
    await page.getByTestId('start').click()
    await page.getByTestId('stop').waitFor()
    await report('status', { connector_instance_current_status: 'started' })
    await report('health-check', {
      connector_instance_restart_count: 2,
      connector_instance_started_at: new Date().toISOString(),
      connector_instance_is_in_reboot_loop: false,
    })
    await report('logs', { connector_instance_logs: ['Registered with the platform'] }, 'POST')
    await page.getByText('Started', { exact: true }).waitFor()
    await page.getByText('OpenAEV does not tell when it was last reported').waitFor()
    await page.getByText('Registered with the platform').waitFor()
    expect(await page.getByText('Not told by OpenAEV').count()).toBe(3)
  })

  it('stop: after the question, and both are in the ledger', async () => {
    await page.getByTestId('stop').click()
    await page.getByTestId('confirm-stop').click()
    await page.getByTestId('start').waitFor()
    await page.getByTestId('nav-activity').click()
    await page.getByText('Stop connector').first().waitFor()
    await page.getByText('Start connector').first().waitFor()
    // The platform's own audit beside it: not told, which is no failure.
    await page.getByTestId('not-on-openaev').waitFor()
  })

  it('tokens and registration: why there is nothing, and the way to what there is', async () => {
    await page.getByTestId('nav-tokens').click()
    await page.getByTestId('openaev-tokens').waitFor()
    expect(await page.getByTestId('search').count()).toBe(0)
    await page.getByTestId('nav-xtm-one').click()
    await page.getByTestId('openaev-registration').waitFor()
    await page.getByText('No', { exact: true }).waitFor()
    await page.getByTestId('to-connectors').click()
    await row().waitFor()
  })

  it('the overview has what it can tell, and nothing in the page went wrong', async () => {
    await page.getByTestId('nav-overview').click()
    await page.getByTestId('panel-connectors').waitFor()
    await page.getByTestId('panel-platform').waitFor()
    expect(await page.getByTestId('panel-tokens').count()).toBe(0)
    expect(console.complaints).toEqual([])
  })
})
