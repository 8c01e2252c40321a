import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { desktopCommand, electronCommand } from './desktop-app.ts'
import { type InspectedApp, launchInspected } from './inspected-app.ts'
import { commandLine, processTree } from './process-tree.ts'
import { virtualDisplay } from './virtual-display.ts'

/** What happens at a start, in ms since the program was launched. */
export interface StartTrace {
  /** Node stands in the main process; the entry is evaluated from here on */
  readonly main: number
  /** the process of the page was made */
  readonly pageProcess: number
  readonly navigation: number
  /** the page's HTML is there, through the app's own protocol */
  readonly html: number
  /** the first script of the page has run */
  readonly scripts: number
  readonly firstPaint: number
  readonly firstContent: number
  /** null for a page without them: the header and navigation stand and can be used; the first thing that the core knows is drawn */
  readonly frame: number | null
  readonly content: number | null
  /** the child with the embedded platform was made */
  readonly platformProcess: number | null
}

interface Told {
  readonly mainOrigin: number
  readonly bootstrap: number
  readonly created: number
  readonly processes: readonly { type: string; name: string | null; createdAt: number }[]
  readonly page: {
    readonly origin: number
    readonly navigation: number
    readonly html: number
    readonly scripts: number
    readonly paint: number
    readonly content: number
    readonly frame: number | null
    readonly rows: number | null
  }
}

/** In the page: waits for both paints and, where there is a frame of ours, for what the core knows. */
const ASK_PAGE = `new Promise((resolve) => {
  const seen = {}
  const look = () => {
    const now = performance.now()
    const paints = performance.getEntriesByType('paint')
    if (document.querySelector('nav button')) seen.frame ??= now
    if (document.querySelector('main h2')) seen.rows ??= now
    const isOurs = document.getElementById('root') !== null
    if (paints.length < 2 || (isOurs && seen.rows === undefined)) return setTimeout(look, 4)
    const [{ requestStart, responseEnd, domContentLoadedEventStart }] = performance.getEntriesByType('navigation')
    resolve({
      origin: performance.timeOrigin,
      navigation: 0,
      html: responseEnd,
      scripts: domContentLoadedEventStart,
      paint: paints.find(({ name }) => name === 'first-paint').startTime,
      content: paints.find(({ name }) => name === 'first-contentful-paint').startTime,
      frame: seen.frame ?? null,
      rows: seen.rows ?? null,
    })
  }
  look()
})`

const ASK_MAIN = `new Promise((resolve) => {
  const { app, BrowserWindow } = require('electron')
  const ask = async () => {
    const [window] = BrowserWindow.getAllWindows()
    if (!window || window.webContents.isLoadingMainFrame() || window.webContents.getURL() === '') return setTimeout(ask, 4)
    const page = await window.webContents.executeJavaScript(${JSON.stringify(ASK_PAGE)})
    resolve({
      mainOrigin: performance.timeOrigin,
      bootstrap: performance.nodeTiming.bootstrapComplete,
      created: process.getCreationTime(),
      processes: app.getAppMetrics().map(({ type, name, creationTime }) => ({ type, name: name ?? null, createdAt: creationTime })),
      page,
    })
  }
  void ask()
})`

/** Much longer than any start. */
const PATIENCE_MS = 15_000

/** The inspector now and then loses an answer that it waits for. */
export class LostAnswerError extends Error {}

/** Starts the built app on a fresh profile, or an empty window of the same runtime, and reads its clocks. */
export async function traceStart(what: 'gatehouse' | 'empty'): Promise<StartTrace> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-start-'))
  const screen = await virtualDisplay()
  const command =
    what === 'gatehouse' ? desktopCommand(join(folder, 'profile')) : electronCommand([emptyApp(folder)])
  const launched = Date.now()
  const app = await launchInspected({ ...command, env: { ...command.env, DISPLAY: screen.display } })
  try {
    await hasPage(app)
    const told = await Promise.race([app.evaluate<Told>(ASK_MAIN), wait(PATIENCE_MS, null)])
    if (told === null) throw new LostAnswerError(`No answer in ${PATIENCE_MS} ms`)
    return traceOf(told, launched)
  } finally {
    await app.close()
    screen.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

function traceOf({ mainOrigin, bootstrap, created, processes, page }: Told, launched: number): StartTrace {
  const inPage = (ms: number | null): number | null => (ms === null ? null : page.origin + ms - launched)
  const made = (wanted: (one: Told['processes'][number]) => boolean): number | null => {
    const found = processes.find(wanted)
    // The system's clock of processes has another zero than the wall's; the program's own process stands at both.
    return found ? found.createdAt - created : null
  }
  return {
    main: mainOrigin + bootstrap - launched,
    pageProcess: made(({ type }) => type === 'Tab') ?? Number.NaN,
    navigation: inPage(page.navigation) ?? 0,
    html: inPage(page.html) ?? 0,
    scripts: inPage(page.scripts) ?? 0,
    firstPaint: inPage(page.paint) ?? 0,
    firstContent: inPage(page.content) ?? 0,
    frame: inPage(page.frame),
    content: inPage(page.rows),
    platformProcess: made(({ name }) => name === 'Gatehouse local platform'),
  }
}

/**
 * Waits until the page's process is there. Asked earlier, a program whose entry is a module sometimes never gets ready: the
 * inspector's question meets it while Electron waits for that entry.
 */
async function hasPage(app: InspectedApp): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (!processTree(app.pid).some((pid) => commandLine(pid).includes('--type=renderer'))) {
    if (Date.now() > end) throw new LostAnswerError(`No page in ${PATIENCE_MS} ms`)
    await wait(10)
  }
}

/** A window with one line, as safe as ours and as large. */
function emptyApp(folder: string): string {
  const app = join(folder, 'empty')
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{"name":"empty","main":"main.cjs"}')
  writeFileSync(join(app, 'index.html'), '<!doctype html><title>Empty</title><p>Empty</p>')
  writeFileSync(
    join(app, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron')
app.setPath('userData', ${JSON.stringify(join(folder, 'profile'))})
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800, show: false, webPreferences: { sandbox: true } })
  window.once('ready-to-show', () => window.show())
  window.loadFile('index.html')
})`,
  )
  return app
}
