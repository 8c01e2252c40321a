import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { connectClient } from '../../renderer/client.ts'
import type { Row } from '../../scripts/bench.ts'
import { clientScript, desktopCommand, launchDesktop } from '../support/desktop-app.ts'
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
  const ends: (() => unknown)[] = [screen.close]
  try {
    const platform = await startPlatformProcess({ xtmOne: { mode: 'stand-in' } })
    ends.push(() => platform.stop())
    // The first program of GTK on a screen loads the GL driver to find its visuals, and leaves word for those after it.
    await firstOnScreen()
    const desktop = await launchDesktop()
    ends.push(() => desktop.close())
    await watchFrom(desktop.page, platform)
    await desktop.app.evaluate(({ BrowserWindow }) => {
      for (const window of BrowserWindow.getAllWindows()) window.hide()
    })
    const empty = emptyApp()
    ends.push(empty.close)
    const ours = desktop.app.process().pid
    if (!ours || !empty.pid) throw new Error('An app did not start')
    await pause(SETTLE_MS)
    await desktop.page.evaluate(lookNow, MONITORS)
    await pause(LOOK_MS)

    const cpu = WHOLE_MS > 0 ? await whole(ours, empty.pid) : await shortForm(ours, empty.pid, desktop.page)
    const memory = { ours: memoryOfTree(ours), empty: memoryOfTree(empty.pid) }
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
async function shortForm(ours: number, empty: number, page: Page) {
  // All have just looked: the next is due in 54 s at the earliest.
  const rest = await used(ours, empty, REST_MS)
  const looking = used(ours, empty, LOOK_MS)
  await page.evaluate(lookNow, MONITORS)
  const looks = (await looking).ours - (rest.ours / REST_MS) * LOOK_MS
  const look = Math.max(0, looks) / MONITORS.length
  return {
    how: `rest over ${REST_MS / 1_000} s and ${look.toFixed(1)} ms a look`,
    percent: (rest.ours / REST_MS + look * LOOKS_PER_MS) * 100,
    emptyPercent: (rest.empty / REST_MS) * 100,
  }
}

type TestWindow = { testHost: ReturnType<typeof connectClient> }

/** Lets the console watch that platform and nothing else, and waits until all five monitors have looked. */
async function watchFrom(page: Page, platform: { url: string; token: string; healthAccessKey: string }) {
  await page.evaluate(await clientScript())
  await page.evaluate(
    async ({ url, token, healthAccessKey, wanted }) => {
      const { client } = (window as unknown as TestWindow).testHost
      await client.settings.change({ localPlatform: false })
      const typed = { name: 'Watched', url, token, caPem: null, proxy: null, remember: false }
      const { id: connectionId } = await client.connections.add(typed)
      await client.heartbeat.setHealthKey({ connectionId, key: healthAccessKey })
      for await (const { monitors } of await client.heartbeat.watch()) {
        const looked = monitors.filter((monitor) => monitor.connectionId === connectionId && monitor.last)
        const waiting = wanted.filter((kind) => !looked.some((monitor) => monitor.kind === kind))
        if (waiting.length === 0) break
        // Refused while it is not watched yet: that it is comes with the next status.
        for (const kind of waiting)
          client.heartbeat.lookNow({ monitorId: `${kind}:${connectionId}` }).catch(() => {})
      }
    },
    { url: platform.url, token: platform.token, healthAccessKey: platform.healthAccessKey, wanted: MONITORS },
  )
}

/** Runs in the page. */
async function lookNow(wanted: readonly string[]): Promise<void> {
  const { client } = (window as unknown as TestWindow).testHost
  for await (const { monitors } of await client.heartbeat.watch()) {
    const ours = monitors.filter(
      ({ kind, connectionId }) => wanted.includes(kind) && connectionId !== 'local',
    )
    await Promise.all(ours.map(({ id: monitorId }) => client.heartbeat.lookNow({ monitorId })))
    return
  }
}

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
