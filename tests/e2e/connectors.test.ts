import { execFileSync } from 'node:child_process'
import type { Browser, Page } from 'playwright-core'
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

/** From the page to the container and back, without a double: Chromium, the local platform, the composer, a Docker Engine. */
describe.runIf(mayRunDocker('Connectors on the page'))('connectors, as a person runs them', () => {
  let browser: Browser
  let engine: PrivateEngine
  let platform: TestPlatform
  let console: ConsolePage & { readonly host: Awaited<ReturnType<typeof startConsole>>['host'] }
  let page: Page
  const images = { steady: '', falling: '' }

  beforeAll(async () => {
    engine = await startEngine()
    const { steadyImage, fallingImage } = await conformanceImages(engine.docker)
    Object.assign(images, { steady: steadyImage, falling: fallingImage })
    const falling = testCatalog(fallingImage)
    platform = await startTestPlatform({
      clock: systemClock,
      seed: 'none',
      catalogs: [testCatalog(steadyImage), { ...falling, id: 'falling-catalog' }],
    })
    browser = await launchChromium()
    // The console finds the engine as it finds any: by the environment that it was started in.
    process.env.DOCKER_HOST = engine.host
    console = await startConsole(browser)
    page = console.page
    await connectPlatform(page, platform.url, (await platform.generate()).plaintext_token)
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
  const add = async (name: string, image: string, catalog = TEST_CATALOG_ID): Promise<string> => {
    const { managedConnectorAdd } = await ask(
      'mutation ($input: AddManagedConnectorInput!) { managedConnectorAdd(input: $input) { id } }',
      {
        input: {
          name,
          user_id: 'none',
          automatic_user: true,
          catalog_id: catalog,
          manager_contract_image: image.replace(/:1$/, ''),
          manager_contract_configuration: [{ key: 'TEST_SECRET', value: 'fake secret' }],
        },
      },
    )
    return managedConnectorAdd.id
  }
  const container = async (id: string) =>
    (await engine.docker.listContainers({ all: true })).find(
      ({ Labels }) => Labels['opencti-connector-id'] === id,
    )
  const row = (name: string) => page.getByRole('row').filter({ hasText: name })
  const toList = () => page.getByTestId('nav-connectors').click()

  it('first run: it says what a composer is, and the settings turn one on', async () => {
    await toList()
    await page.getByTestId('first-run').waitFor()
    await page.getByTestId('no-manager').waitFor()
    await page.getByTestId('set-up-composer').click()
    await page.getByText(`Docker found at ${engine.host}`).waitFor()
    await turnComposerOn(page, { reconcile: '5', logs: '5', crashLoop: '5' })
    await until('it reconciles', async () => (await page.getByText(/cycles?, 0 failed/).count()) > 0)
    expect(await page.getByText('RSA, 4096 bits, SHA-256').count()).toBe(1)
  })

  it('the manager is known, with the key that the composer shows', async () => {
    const shown = await page
      .getByText(/^[\w+/]{43}=$/)
      .first()
      .innerText()
    await toList()
    const card = page.getByTestId('manager')
    await card.waitFor()
    expect(await card.innerText()).toContain(shown)
    expect(await card.innerText()).toContain('in this console')
  })

  it('start: deployed, running and proven; logs within 15 s and health within 35 s in the page', async () => {
    const id = await add('Steady one', images.steady)
    await toList()
    await row('Steady one').getByText('Stopped').first().waitFor()
    await row('Steady one').getByTestId('connector').click()
    await page.getByTestId('start').click()
    const startedAt = await until('the container runs', async () => {
      const found = await container(id)
      if (found?.State !== 'running') return false
      return Date.parse((await engine.docker.getContainer(found.Id).inspect()).State.StartedAt)
    })
    await page.getByTestId('log').getByText('out [hello] []').waitFor({ timeout: 15_000 })
    const logsMs = Date.now() - startedAt
    await until(
      'its health is in the page',
      async () => /Restarts\s+0/.test(await page.locator('main').innerText()),
      35_000,
    )
    const healthMs = Date.now() - startedAt
    process.stdout.write(`in the page after the start: logs ${logsMs} ms, health ${healthMs} ms\n`)
    expect(logsMs).toBeLessThan(15_000)
    expect(healthMs).toBeLessThan(35_000)
    await page.getByText('seen by the composer in this console').waitFor()
    await page.getByTestId('timeline').getByText('Asked to run').waitFor()
    await page.getByTestId('timeline').getByText('Reported as started').waitFor()
    await toList()
    await row('Steady one').getByText('Running').waitFor()
  })

  it('stop asks first, Enter cancels, and then it is stopped', async () => {
    await row('Steady one').getByTestId('connector').click()
    await page.getByTestId('stop').click()
    await page.getByTestId('confirm-stop').waitFor()
    await page.keyboard.press('Enter')
    await page.getByTestId('confirm-stop').waitFor({ state: 'detached' })
    await page.getByTestId('stop').click()
    await page.getByTestId('confirm-stop').click()
    await page.getByTestId('start').waitFor()
    await page.getByTestId('timeline').getByText('Reported as stopped').waitFor()
    // It was reported as stopped before its first start as well.
    await until('the container has ended', async () => {
      const containers = await engine.docker.listContainers({ all: true })
      return containers.length === 1 && containers[0]?.State === 'exited'
    })
  })

  it('a reboot loop is told while it spins, then the crash loop with its exit code, and nobody else is disturbed', async () => {
    const id = await add('Falling one', images.falling, 'falling-catalog')
    await toList()
    await row('Falling one').getByTestId('connector').click()
    await page.getByTestId('start').click()
    await page.getByText('Reboot loop', { exact: true }).waitFor({ timeout: 60_000 })
    await page.getByText('Crash loop', { exact: true }).waitFor({ timeout: 90_000 })
    const trouble = page.getByTestId('trouble')
    await trouble
      .getByText(/\[composer\] stopped after \d+ restarts in a crash loop, last exit code 3/)
      .waitFor()
    // A run that the stop itself cuts short ends with a code of its own; why it was stopped is told above.
    await expect.poll(() => page.locator('main').innerText()).toMatch(/Last exit code\s+\d+/)
    await page.getByTestId('log').getByText('falling').first().waitFor()
    await page
      .getByTestId('timeline')
      .getByText(/Reboot loop: more than 3 restarts/)
      .waitFor()
    await expect.poll(async () => (await container(id))?.State).toBe('exited')
    await toList()
    // It leads the list.
    const names = await page.getByTestId('connector').allInnerTexts()
    expect(names[0]).toBe('Falling one')
  })

  it('what shuts a connector’s account out is named as the cause, with the way to its tokens', async () => {
    const { connectors } = await ask('{ connectors { name connector_user_id } }')
    const userId = connectors.find(({ name }: { name: string }) => name === 'falling-one').connector_user_id
    await ask(
      'mutation ($id: ID!) { userEdit(id: $id) { fieldPatch(input: [{ key: "account_status", value: ["Inactive"] }]) { id } } }',
      { id: userId },
    )
    await page.getByTestId('refresh').click()
    const cause = page.getByTestId('cause')
    await cause.getByText('is “Inactive”').waitFor()
    await cause.getByTestId('cause-owner').click()
    await page.waitForURL(new RegExp(`#/tokens/users/${userId}$`))
  })

  it('a composer that is killed comes back by itself; one that ends with the console leaves no process and its containers', async () => {
    const hostPid = console.host.process.pid
    const composers = (): number[] =>
      execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' })
        .split('\n')
        .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
        .flatMap((found) =>
          found?.[3]?.includes('composer.js --child') && Number(found[2]) === hostPid
            ? [Number(found[1])]
            : [],
        )
    const [first] = composers()
    expect(first).toBeDefined()
    const { id } = await ask('{ connectors { id name } }').then(({ connectors }) =>
      connectors.find(({ name }: { name: string }) => name === 'steady-one'),
    )
    await ask(`mutation { updateConnectorRequestedStatus(input: { id: "${id}", status: starting }) { id } }`)
    await until('it runs again', async () => (await container(id))?.State === 'running')
    process.kill(first as number, 'SIGKILL')
    const second = await until('another one runs', () => composers().find((pid) => pid !== first))
    await page.getByTestId('nav-settings').click()
    await page.getByTestId('section-composer').click()
    await page.locator('[data-testid=composer-state][data-state=ready]').waitFor()
    expect(console.complaints).toEqual([])
    await console.host.stop()
    expect(() => process.kill(second, 0)).toThrow('ESRCH')
    expect((await container(id))?.State).toBe('running')
  })
})
