import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '#base/clock.ts'
import { Secret } from '#base/secret.ts'
import { MONITOR_KINDS, monitorId } from '#shared/domain/monitors.ts'
import { readConfiguration } from '../../electron/xtm-one/configuration.ts'
import { startStandIn } from '../../electron/xtm-one/stand-in/server.ts'
import { clientScript, type DesktopApp, launchDesktop } from '../support/desktop-app.ts'
import { type DesktopBus, startDesktopBus } from '../support/desktop-bus.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'
import { quietLogger } from '../support/quiet-logger.ts'
import { until } from '../support/until.ts'

/**
 * What the app says outside its window (H-04), as the calls that it makes on the session's bus: the tray item to a watcher of
 * the test, notifications to dunst. The platform's clock is the test's; sleep and network enter through the power port and
 * are tried in power.test.ts, for no test may put the machine to sleep.
 */
const TOKEN = 'not-a-real-registration-token-0005'
const GOOD = '#2f9e75'
const WARNING = '#e0a100'
const DANGER = '#dc3b2f'

const ends: (() => Promise<unknown>)[] = []
let bus: DesktopBus
let desktop: DesktopApp
beforeEach(async () => {
  bus = await startDesktopBus()
  ends.push(() => bus.dispose())
  desktop = await launchDesktop({ DBUS_SESSION_BUS_ADDRESS: bus.address })
  ends.push(() => desktop.close())
  await desktop.page.evaluate(await clientScript())
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** XTM One's stand-in. */
const startReceiver = (port: number) =>
  startStandIn({
    port,
    registrationToken: new Secret(TOKEN),
    clock: systemClock,
    log: quietLogger().logger,
  })

const inPage = <Value>(script: string): Promise<Value> => desktop.page.evaluate(script) as Promise<Value>
const call = <Value>(procedure: string, input: unknown): Promise<Value> =>
  inPage(`testHost.client.${procedure}(${JSON.stringify(input)})`)

/** The colour of the tray's picture, once it is that. */
const trayTurns = (colour: string) =>
  until(`the tray turns ${colour}`, async () => (await (await bus.items()).at(0)?.colour()) === colour)

async function connect(platform: TestPlatform): Promise<string> {
  const { plaintext_token } = await platform.generate(undefined, 'DAYS_30', 'console')
  const { id } = await call<{ id: string }>('connections.add', {
    name: 'Example CERT',
    url: platform.platform.url,
    token: plaintext_token,
    caPem: null,
    proxy: null,
    remember: false,
  })
  return id
}

/** Lets the embedded platform out of it: its own first beat comes at a time of its own. */
const onlyOurs = () => call('settings.change', { localPlatform: false })

/** Does not wait for the first look of each monitor, which comes at a time of its own. */
async function lookAtAll(connectionId: string): Promise<void> {
  for (const kind of MONITOR_KINDS)
    await call('heartbeat.lookNow', { monitorId: monitorId(kind, connectionId) }).catch(() => {})
}

const stateOf = (id: string) =>
  inPage<string>(`new Promise((resolve) => {
    const end = testHost.follow(
      (client, options) => client.heartbeat.watch(undefined, options),
      ({ monitors }) => {
        const found = monitors.find((monitor) => monitor.id === ${JSON.stringify(id)})
        if (!found) return
        end()
        resolve(found.registration?.state ?? found.state)
      },
    )
  })`)

/** Looks again until the monitor says so. */
const seen = (id: string, state: string) =>
  until(`${id} is ${state}`, async () => {
    await call('heartbeat.lookNow', { monitorId: id })
    return (await stateOf(id)) === state
  })

it('tells a lapsed registration and its return once each, in tray and notification', async () => {
  const early = await startReceiver(0)
  const platform: TestPlatform = await startTestPlatform({
    xtmOne: { configuration: readConfiguration({ XTM__XTM_ONE_URL: early.url, XTM__XTM_ONE_TOKEN: TOKEN }) },
  })
  ends.push(() => platform.platform.stop())
  await onlyOurs()
  const connectionId = await connect(platform)
  const registration = monitorId('registration', connectionId)

  await call('registration.registerNow', { connectionId })
  await seen(registration, 'fresh')
  await lookAtAll(connectionId)
  await trayTurns(GOOD)
  expect(bus.notifications).toEqual([])

  await early.close()
  await platform.clock.pass(400_000)
  await seen(registration, 'late')
  await trayTurns(WARNING)
  expect(bus.notifications.filter(({ summary }) => summary.includes('registration'))).toEqual([])
  await platform.clock.pass(300_000)
  await seen(registration, 'lapsed')
  await trayTurns(DANGER)
  const lapsed = { summary: 'Example CERT · XTM One registration', urgency: 'CRITICAL' }
  await until('it is told', () => bus.notifications.some(({ summary }) => summary === lapsed.summary))

  const again = await startReceiver(Number(new URL(early.url).port))
  ends.push(() => again.close())
  // The platform's manager is between two tries; its own clock brings the next one.
  await until('it is registered again', async () => {
    await platform.clock.pass(5_000)
    await call('heartbeat.lookNow', { monitorId: registration })
    return (await stateOf(registration)) === 'fresh'
  })
  const told = () => bus.notifications.filter(({ summary }) => summary === lapsed.summary)
  await until('the return is told', () => told().length >= 2)
  await lookAtAll(connectionId)
  await trayTurns(GOOD)
  expect(told()).toEqual([
    { ...lapsed, body: expect.stringMatching(/^Lapsed, seen at \d\d:\d\d\./) },
    { summary: lapsed.summary, urgency: 'NORMAL', body: expect.stringMatching(/^Registered again\./) },
  ])
})

it('shows one tray item, in words as well, and none once it is not wanted', async () => {
  const [item, ...others] = await until('the tray item is there', async () => {
    const items = await bus.items()
    return items.length > 0 && items
  })
  expect(others).toEqual([])
  const tooltip = (await item?.property('ToolTip')) as [string, unknown, string, string]
  expect(tooltip.join(' ')).toContain('Gatehouse')
  await call('settings.change', { background: 'off' })
  await until('the tray item is gone', async () => (await bus.items()).length === 0)
})
