import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type CanaryJourneys, canaryJourneys } from '../support/canary-journeys.ts'
import {
  commandLines,
  filesIn,
  listenOnBus,
  type Place,
  pagePlaces,
  type Search,
  searchPlaces,
  wordsOf,
} from '../support/canary-places.ts'
import { askMain, type DesktopApp, launchDesktop } from '../support/desktop-app.ts'
import { type DesktopBus, startDesktopBus } from '../support/desktop-bus.ts'
import { until } from '../support/until.ts'

/**
 * The canary campaign on the desktop: secrets go through every journey, and afterwards they are nowhere but where they have
 * to be. The last test plants a leak into each class of places, to prove that the search would find one.
 */

const work = mkdtempSync(join(tmpdir(), 'gatehouse-canary-'))
const temporary = join(work, 'temporary')
const handedOver = join(work, 'handed-over')
let bus: DesktopBus
let desktop: DesktopApp
let journeys: CanaryJourneys
let onBus: Awaited<ReturnType<typeof listenOnBus>>
/** places of the machine, which outlive the page */
let outside: Place[]
let ofPage: Place[]
const written: string[] = []

/** Presses the button and waits until the file is there; the system's dialog, which nobody can click here, is answered. */
async function save(testId: string): Promise<void> {
  const before = readdirSync(handedOver).length
  await desktop.page.getByTestId(testId).first().click()
  await until(`${testId} hands a file over`, () => readdirSync(handedOver).length > before)
}

beforeAll(async () => {
  mkdirSync(temporary)
  mkdirSync(handedOver)
  bus = await startDesktopBus()
  onBus = await listenOnBus(bus.address)
  desktop = await launchDesktop({
    DBUS_SESSION_BUS_ADDRESS: bus.address,
    TMPDIR: temporary,
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
  })
  const { app, page, profile } = desktop
  const { stdout, stderr } = app.process()
  for (const stream of [stdout, stderr]) stream?.setEncoding('utf8').on('data', (text) => written.push(text))
  await app.evaluate(({ dialog, session }, into) => {
    // Leave: what is asked when a test fails with a token on the screen.
    dialog.showMessageBoxSync = (() => 1) as typeof dialog.showMessageBoxSync
    session.defaultSession.on('will-download', (_, item) =>
      item.setSavePath(`${into}/${Date.now()}-${item.getFilename()}`),
    )
  }, handedOver)
  journeys = await canaryJourneys(page, save)
  ofPage = pagePlaces(await page.context().newCDPSession(page))
  outside = [
    filesIn('profile with databases, logs and dumps', profile),
    filesIn('temporary files', temporary),
    filesIn('files handed over', handedOver),
    wordsOf('output', () => written.join('')),
    {
      name: 'window titles',
      async read() {
        const titles = await askMain(app, ({ BrowserWindow }) =>
          BrowserWindow.getAllWindows().map((window) => window.getTitle()),
        )
        return new Map([['titles', Buffer.from(titles.join())]])
      },
    },
    onBus,
    commandLines,
  ]
})
afterAll(async () => {
  await desktop?.close()
  await journeys?.platform.platform.stop().catch(() => {})
  await onBus?.end()
  await bus?.dispose()
  rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

async function expectNowhere(places: readonly Place[]): Promise<Search> {
  const search = await searchPlaces(places, journeys.secrets)
  expect(search.hits).toEqual([])
  return search
}

it('after every journey no secret is in any place', async () => {
  // On the screen a new token has to be; nowhere else.
  await journeys.walk(async () => void (await expectNowhere(outside)))
  expect(Object.keys(journeys.secrets).sort()).toEqual([
    'connection-token',
    'copied',
    'lost',
    'registration-token',
    'sealed',
    'wrong-token',
  ])
  const { bytes } = await expectNowhere([...outside, ...ofPage])
  process.stdout.write(`searched on the desktop, bytes: ${JSON.stringify(bytes)}\n`)
  // Where nothing is, nothing can be found; the app writes neither words nor temporary files of its own accord.
  const empty = Object.keys(bytes).filter((name) => bytes[name] === 0)
  expect(empty.filter((name) => !['temporary files', 'output'].includes(name))).toEqual([])
})

it('a leak planted into each class of places is found', async () => {
  const { app, page, profile } = desktop
  const planted = 'not-a-real-token-planted-0123456789'
  await page.evaluate(async (value) => {
    localStorage.setItem('planted', value)
    document.body.append(Object.assign(document.createElement('p'), { id: 'planted', textContent: value }))
    document.title = value
    history.pushState(null, '', `#/${value}`)
    Object.assign(window, { planted: { inHeap: value } })
  }, planted)
  await app.evaluate(
    ({ Notification }, { value, files, node }) => {
      const { writeFileSync } = process.getBuiltinModule('fs')
      for (const file of files)
        writeFileSync(file, Buffer.from(value, 'utf16le').toString('hex').length ? value : '')
      process.stderr.write(value)
      new Notification({ title: value, body: 'planted' }).show()
      process.getBuiltinModule('child_process').spawn(node, ['-e', 'setTimeout(() => {}, 20000)', value], {
        env: { PLANTED: value },
        stdio: 'ignore',
      })
    },
    {
      value: planted,
      files: [join(profile, 'logs', 'planted.dmp'), join(temporary, 'planted'), join(handedOver, 'planted')],
      node: process.execPath,
    },
  )
  await until('the notification is told', () => bus.notifications.some(({ summary }) => summary === planted))
  const places = [...outside, ...ofPage]
  const { hits } = await searchPlaces(places, { planted })
  const found = places
    .map(({ name }) => name)
    .filter((name) => hits.some((hit) => hit.startsWith(`${name}: `)))
  expect(found).toEqual(places.map(({ name }) => name))
  // The place of the files is one; each kind of place of the command line is two.
  expect(hits.filter((hit) => hit.includes('cmdline of'))).not.toEqual([])
  expect(hits.filter((hit) => hit.includes('environ of'))).not.toEqual([])
})

it('a page that crashes with a token on the screen leaves it nowhere, not in a dump either', async () => {
  const { app, page, profile } = desktop
  await page.reload()
  await journeys.leaveShown()
  const pid = await app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
  )
  process.kill(pid, 'SIGSEGV')
  await until('the page is back', () =>
    app.evaluate(({ BrowserWindow }) =>
      Promise.race([
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
          `document.querySelector('[data-testid=mishap-page]') !== null`,
        ),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), 500)),
      ]),
    ),
  )
  await expectNowhere(outside)
  await app.close()
  expect(existsSync(profile)).toBe(true)
  await expectNowhere(outside.slice(0, 4))
})
