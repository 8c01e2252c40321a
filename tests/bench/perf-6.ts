import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Row } from '../../scripts/bench.ts'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { clientScript, desktopCommand } from '../support/desktop-app.ts'
import { type InspectedApp, launchInspected } from '../support/inspected-app.ts'
import { startPlatformProcess } from '../support/platform-process.ts'
import { cpuOfTree, memoryOfTree } from '../support/process-tree.ts'
import { virtualDisplay } from '../support/virtual-display.ts'

export const id = 'PERF-6'

/** The whole row: GATEHOUSE_IDLE_MS=300000. */
const WHOLE_MS = Number(process.env.GATEHOUSE_IDLE_MS ?? 0)
/** The short form: a time in which no monitor is due, and one in which all five look. */
const REST_MS = 14_000
const LOOK_MS = 6_000
/** Four monitors look every minute, the module's every five. */
const LOOKS_PER_MS = 4.2 / 60_000
const SETTLE_MS = 6_000
const MONITORS = ['api', 'health', 'module', 'registration', 'xtm-one'] as const

/**
 * The idle app with its window hidden and five monitors on a platform outside of it, beside an empty Electron app that hides
 * a window, both at the same time on the same machine.
 */
export async function run(): Promise<Row[]> {
  const screen = await virtualDisplay()
  process.env.DISPLAY = screen.display
  const profile = mkdtempSync(join(tmpdir(), 'gatehouse-idle-'))
  const ends: (() => unknown)[] = [
    screen.close,
    () => rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  ]
  await ensureBuilt('all')
  try {
    const platform = await startPlatformProcess({ xtmOne: { mode: 'stand-in' } })
    ends.push(() => platform.stop())
    // The first program of GTK on a screen loads the GL driver to find its visuals, and leaves word for those after it.
    await firstOnScreen()
    const app = await launchInspected(desktopCommand(join(profile, 'gatehouse')))
    ends.push(() => app.close())
    await watchFrom(app, platform)
    await app.evaluate(`require('electron').BrowserWindow.getAllWindows().forEach((window) => window.hide())`)
    const empty = emptyApp()
    ends.push(empty.close)
    if (!empty.pid) throw new Error('The empty app did not start')
    await pause(SETTLE_MS)
    await inPage(app, LOOK_NOW)
    await pause(LOOK_MS)

    const cpu = WHOLE_MS > 0 ? await whole(app.pid, empty.pid) : await shortForm(app, empty.pid)
    const memory = { ours: memoryOfTree(app.pid), empty: memoryOfTree(empty.pid) }
    const ratio = memory.ours.rss / memory.empty.rss
    const pss = memory.ours.pss / memory.empty.pss
    return [
      {
        id,
        figure: `idle CPU, 5 monitors, ${cpu.how}: ${cpu.percent.toFixed(2)} % of a core (empty app ${cpu.emptyPercent.toFixed(2)} %)`,
        bar: '< 0.5 %',
        pass: cpu.percent < 0.5,
      },
      {
        id,
        figure: `RSS ${ratio.toFixed(2)}× the empty app (${memory.ours.rss.toFixed(0)} / ${memory.empty.rss.toFixed(0)} MB; shared pages counted once ${pss.toFixed(2)}×)`,
        bar: '≤ 1.3×',
        pass: ratio <= 1.3,
      },
    ]
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

/** CPU time in ms that both used meanwhile. */
async function used(ours: number, empty: number, ms: number): Promise<{ ours: number; empty: number }> {
  const before = { ours: cpuOfTree(ours), empty: cpuOfTree(empty) }
  await pause(ms)
  return { ours: cpuOfTree(ours) - before.ours, empty: cpuOfTree(empty) - before.empty }
}

async function whole(ours: number, empty: number) {
  const meanwhile = await used(ours, empty, WHOLE_MS)
  const percent = (ms: number): number => (ms / WHOLE_MS) * 100
  return {
    how: `${WHOLE_MS / 1_000} s`,
    percent: percent(meanwhile.ours),
    emptyPercent: percent(meanwhile.empty),
  }
}

/** What rest costs, and what looks cost beyond it, at the pace at which they come. */
async function shortForm(app: InspectedApp, empty: number) {
  // All have just looked: the next is due in 54 s at the earliest.
  const rest = await used(app.pid, empty, REST_MS)
  const looking = used(app.pid, empty, LOOK_MS)
  await inPage(app, LOOK_NOW)
  const looks = (await looking).ours - (rest.ours / REST_MS) * LOOK_MS
  const look = Math.max(0, looks) / MONITORS.length
  return {
    how: `rest over ${REST_MS / 1_000} s and ${look.toFixed(1)} ms a look`,
    percent: (rest.ours / REST_MS + look * LOOKS_PER_MS) * 100,
    emptyPercent: (rest.empty / REST_MS) * 100,
  }
}

/** Runs in the page, as its own script would, and waits for what it gives. */
function inPage<Result>(app: InspectedApp, script: string): Promise<Result> {
  return app.evaluate(
    `require('electron').BrowserWindow.getAllWindows()[0].webContents.executeJavaScript(${JSON.stringify(script)})`,
  )
}

/** Lets the console watch that platform and nothing else, and waits until all five monitors have looked. */
async function watchFrom(
  app: InspectedApp,
  { url, token, healthAccessKey }: { url: string; token: string; healthAccessKey: string },
): Promise<void> {
  const isShown = `(() => {
    const [window] = require('electron').BrowserWindow?.getAllWindows() ?? []
    return window !== undefined && window.webContents.getURL() !== '' && !window.webContents.isLoading()
  })()`
  // The inspector is open before Node itself has come up: nothing is to be asked then, nor believed.
  do await pause(1_000)
  while (!(await app.evaluate(isShown).catch(() => false)))
  await inPage(app, await clientScript())
  const typed = { name: 'Watched', url, token, caPem: null, proxy: null, remember: false }
  await inPage(
    app,
    `(async () => {
      const { client } = testHost
      await client.settings.change({ localPlatform: false })
      const { id: connectionId } = await client.connections.add(${JSON.stringify(typed)})
      await client.heartbeat.setHealthKey({ connectionId, key: ${JSON.stringify(healthAccessKey)} })
      for await (const { monitors } of await client.heartbeat.watch()) {
        const looked = monitors.filter((monitor) => monitor.connectionId === connectionId && monitor.last)
        const waiting = ${JSON.stringify(MONITORS)}.filter((kind) => !looked.some((monitor) => monitor.kind === kind))
        if (waiting.length === 0) break
        // Refused while it is not watched yet: that it is comes with the next status.
        for (const kind of waiting)
          client.heartbeat.lookNow({ monitorId: kind + ':' + connectionId }).catch(() => {})
      }
    })()`,
  )
}

const LOOK_NOW = `(async () => {
  const { client } = testHost
  for await (const { monitors } of await client.heartbeat.watch()) {
    const ours = monitors.filter(({ connectionId }) => connectionId !== 'local')
    await Promise.all(ours.map(({ id: monitorId }) => client.heartbeat.lookNow({ monitorId })))
    break
  }
})()`

async function firstOnScreen(): Promise<void> {
  const first = emptyApp()
  await pause(2_500)
  first.close()
}

/** An app of one empty window, of the same size and hidden alike, in the same environment. */
function emptyApp(): { readonly pid: number | undefined; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-empty-'))
  writeFileSync(join(folder, 'package.json'), '{ "main": "main.js" }')
  writeFileSync(
    join(folder, 'main.js'),
    `const { app, BrowserWindow } = require('electron')
     app.setPath('userData', ${JSON.stringify(join(folder, 'data'))})
     app.whenReady().then(async () => {
       const window = new BrowserWindow({ width: 1280, height: 800 })
       await window.loadURL('data:text/html,<title>empty</title>')
       setTimeout(() => window.hide(), 1000)
     })`,
  )
  const { executablePath, args, env } = desktopCommand(folder)
  const child = spawn(executablePath, [...args.slice(0, -1), folder], { stdio: 'ignore', env })
  return {
    pid: child.pid,
    close() {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}
