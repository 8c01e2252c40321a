import { afterEach, expect, it } from 'vitest'
import { askMain, type DesktopApp, launchDesktop } from '../support/desktop-app.ts'

/** The composer as a utility process of the desktop app, on the embedded platform; where containers run is no matter here. */
const opened: DesktopApp[] = []
afterEach(async () => {
  for (const desktop of opened.splice(0)) await desktop.close()
})

const composerPid = ({ app }: DesktopApp): Promise<number> =>
  askMain(
    app,
    (electron) => electron.app.getAppMetrics().find(({ name }) => name === 'Gatehouse composer')?.pid ?? 0,
  )

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('is turned on in the settings, works, comes back when it is killed, and ends with the app', async () => {
  const desktop = await launchDesktop({ DOCKER_HOST: 'unix:///nonexistent/docker.sock' })
  opened.push(desktop)
  const { page } = desktop
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('section-composer').click()
  await page.getByTestId('composer-enabled').click()
  const ready = page.locator('[data-testid=composer-state][data-state=ready]')
  await ready.waitFor()
  // The embedded platform takes it; the engine that it was told of is not there, which it says and survives.
  await page
    .getByText(/^Registered/)
    .first()
    .waitFor()
  await page
    .getByTestId('composer-cycle-failed')
    .getByText(/orchestrator: .*ENOENT/)
    .waitFor()
  expect(await page.getByTestId('composer-not-registered').count()).toBe(0)

  const first = await composerPid(desktop)
  expect(first).toBeGreaterThan(0)
  process.kill(first, 'SIGKILL')
  await expect.poll(() => composerPid(desktop)).not.toBe(first)
  await expect.poll(async () => (await composerPid(desktop)) > 0 && (await ready.count()) === 1).toBe(true)
  await page.getByTestId('mishap-composer').getByText('The composer ended unexpectedly').waitFor()
  const second = await composerPid(desktop)
  await desktop.app.close()
  await expect.poll(() => [first, second].filter(isAlive)).toEqual([])
})
