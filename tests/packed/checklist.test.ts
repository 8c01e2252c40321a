import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { releaseFuses } from '../../scripts/fuses.ts'
import { askMain, type DesktopApp, launchDesktop } from '../support/desktop-app.ts'
import { type CountingServer, startCountingServer } from '../support/local-server.ts'
import { launchAsUser } from '../support/ordinary-user.ts'
import { commandLine, processTree } from '../support/process-tree.ts'
import { until } from '../support/until.ts'

/** The twenty points of Electron's official security check-list (docs/tutorial/security), each asked of the packed app. */

const root = join(import.meta.dirname, '..', '..')
let desktop: DesktopApp
let outside: CountingServer

beforeAll(async () => {
  outside = await startCountingServer()
  desktop = await launchDesktop()
})
afterAll(async () => {
  await desktop?.close()
  await outside.close()
})

const inPage = <Value>(script: string): Promise<Value> => desktop.page.evaluate(script) as Promise<Value>

/** What the window really runs with, whatever was asked for. */
const preferences = (): Promise<Record<string, unknown>> =>
  askMain(desktop.app, ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    // Not in the types.
    const contents = window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    return contents.getLastWebPreferences()
  })

const switches = (...names: string[]): Promise<string[]> =>
  desktop.app.evaluate(({ app }, asked) => asked.filter((name) => app.commandLine.hasSwitch(name)), names)

/** Runs a preload of the test in the window and answers what it sends. */
async function fromPreload(expression: string): Promise<unknown> {
  const probe = join(desktop.profile, 'probe.cjs')
  writeFileSync(probe, `require('electron').ipcRenderer.send('probe', ${expression})`)
  const told = desktop.app.evaluate(
    ({ ipcMain, session }, file) =>
      new Promise((resolve) => {
        const all = session.defaultSession as unknown as {
          registerPreloadScript?(script: object): string
          unregisterPreloadScript?(id: string): void
          setPreloads(files: string[]): void
        }
        // Electron 35 has a new name for it.
        const id = all.registerPreloadScript?.({ type: 'frame', filePath: file })
        if (!id) all.setPreloads([file])
        ipcMain.once('probe', (_, answer) => {
          if (id) all.unregisterPreloadScript?.(id)
          else all.setPreloads([])
          resolve(answer)
        })
      }),
    probe,
  )
  await desktop.page.reload()
  return told
}

it('1: loads secure content only, and nothing from anywhere else', async () => {
  const asked: string[] = []
  desktop.page.on('request', (request) => asked.push(request.url()))
  await desktop.page.reload({ waitUntil: 'load' })
  desktop.page.removeAllListeners('request')
  expect(asked.length).toBeGreaterThan(3)
  expect(asked.filter((url) => !url.startsWith('app://console/') && !url.startsWith('data:'))).toEqual([])
  const ways = await inPage<string[]>(`(async () => {
    const origin = ${JSON.stringify(outside.origin)}
    const ended = (element) => new Promise((done) => {
      element.onload = () => done('loaded')
      element.onerror = () => done('refused')
    })
    const tag = (name, fields) => {
      const element = Object.assign(document.createElement(name), fields)
      const end = ended(element)
      document.head.append(element)
      return end
    }
    return Promise.all([
      tag('img', { src: origin + '/img' }),
      tag('script', { src: origin + '/script' }),
      tag('link', { rel: 'stylesheet', href: origin + '/style' }),
      fetch(origin + '/fetch').then(() => 'loaded', () => 'refused'),
      new Promise((done) => {
        const socket = new WebSocket(origin.replace('http', 'ws'))
        socket.onopen = () => done('loaded')
        socket.onerror = () => done('refused')
      }).catch(() => 'refused'),
    ])
  })()`)
  expect(ways).toEqual(['refused', 'refused', 'refused', 'refused', 'refused'])
  expect(outside.asked).toEqual([])
})

it('2: gives pages no Node', async () => {
  const { nodeIntegration, nodeIntegrationInSubFrames, nodeIntegrationInWorker } = await preferences()
  // Of workers Electron tells only when they have it.
  expect([nodeIntegration, nodeIntegrationInSubFrames, nodeIntegrationInWorker ?? false]).toEqual([
    false,
    false,
    false,
  ])
  const names = ['require', 'process', 'module', 'exports', 'Buffer', 'global', '__dirname']
  expect(await inPage(`${JSON.stringify(names)}.filter((name) => name in window)`)).toEqual([])
})

it('3: isolates the preload’s world from the page’s', async () => {
  expect((await preferences()).contextIsolation).toBe(true)
  expect(await fromPreload('[process.contextIsolated, (globalThis.ours = 1)]')).toEqual([true, 1])
  expect(await inPage('typeof window.ours')).toBe('undefined')
})

it('4: puts each page’s process into the system’s sandbox', async () => {
  expect((await preferences()).sandbox).toBe(true)
  expect(await fromPreload('process.sandboxed')).toBe(true)
  // As an ordinary user, whom Chromium gives its sandbox; root gets none.
  const asUser = await launchAsUser(inject('program'))
  try {
    const page = await until('the page’s process is there', () =>
      processTree(asUser.pid).find((pid) => commandLine(pid).includes('--type=renderer')),
    )
    const status = (pid: number) => readFileSync(`/proc/${pid}/status`, 'utf8')
    // 2: a filter decides on each call of the system; and nothing of a user's rights is left.
    await until('the page’s process is shut in', () => /^Seccomp:\t2$/m.test(status(page)))
    expect(status(page)).toMatch(/^NoNewPrivs:\t1$/m)
    expect(status(page)).toMatch(/^CapEff:\t0+$/m)
    expect(status(asUser.pid)).toMatch(/^Seccomp:\t0$/m)
    expect(commandLine(page)).not.toContain('--no-sandbox')
  } finally {
    await asUser.close()
  }
})

it('5: decides every permission, and grants one', async () => {
  const asked = await inPage<Record<string, string>>(`(async () => {
    const names = ['accelerometer', 'ambient-light-sensor', 'background-sync', 'camera', 'clipboard-read', 'geolocation',
      'gyroscope', 'idle-detection', 'local-fonts', 'magnetometer', 'microphone', 'midi', 'notifications', 'payment-handler',
      'persistent-storage', 'screen-wake-lock', 'storage-access', 'window-management']
    const states = {}
    for (const name of names)
      states[name] = await navigator.permissions.query({ name }).then(({ state }) => state, () => 'unknown')
    return states
  })()`)
  expect(Object.entries(asked).filter(([, state]) => state === 'granted')).toEqual([])
  expect(
    await inPage(`Promise.all([
      () => navigator.mediaDevices.getUserMedia({ audio: true }),
      () => navigator.mediaDevices.getDisplayMedia(),
      () => navigator.usb.requestDevice({ filters: [] }),
      () => navigator.hid.requestDevice({ filters: [] }).then(([device]) => device ?? Promise.reject()),
      () => navigator.serial.requestPort(),
      () => navigator.bluetooth.requestDevice({ acceptAllDevices: true }),
      () => new Promise((found, refused) => navigator.geolocation.getCurrentPosition(found, refused)),
      () => Notification.requestPermission().then((state) => state === 'granted' || Promise.reject()),
    ].map(async (ask) => ask()).map((way) => way.then(() => 'granted', () => 'refused')))`),
  ).toEqual(Array(8).fill('refused'))
})

it('6: keeps web security on', async () => {
  expect((await preferences()).webSecurity).toBe(true)
  expect(
    await switches('disable-web-security', 'disable-site-isolation-trials', 'ignore-certificate-errors'),
  ).toEqual([])
})

it('7: sends a content policy with every answer, and the page obeys it', async () => {
  const answers = await askMain(desktop.app, async ({ session }) => {
    const policies = []
    for (const address of [
      'app://console/',
      'app://console/icon.svg',
      'app://console/missing.js',
      'app://elsewhere/',
    ])
      policies.push((await session.defaultSession.fetch(address)).headers.get('content-security-policy'))
    return policies
  })
  expect(answers).toHaveLength(4)
  for (const policy of answers) {
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'nonce-[\w-]{22}';/)
    expect(policy).not.toContain('unsafe')
  }
  expect(
    await inPage(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective), { once: true })
      const script = document.createElement('script')
      script.append('window.ran = true')
      document.head.append(script)
    })`),
  ).toBe('script-src-elem')
  expect(await inPage('window.ran')).toBeUndefined()
  // Later, for what a test evaluates may evaluate.
  expect(
    await inPage(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', ({ blockedURI }) => resolve(blockedURI), { once: true })
      setTimeout('window.ran = true')
    })`),
  ).toBe('eval')
  expect(await inPage('window.ran')).toBeUndefined()
})

it('8: allows no insecure content in the page', async () => {
  expect((await preferences()).allowRunningInsecureContent).toBe(false)
  expect(
    await switches('allow-running-insecure-content', 'unsafely-treat-insecure-origin-as-secure'),
  ).toEqual([])
})

it('9: turns no experiment of Chromium on', async () => {
  expect((await preferences()).experimentalFeatures).toBe(false)
  expect(
    await switches('enable-experimental-web-platform-features', 'enable-experimental-webassembly-features'),
  ).toEqual([])
})

it('10: enables no feature of Blink by name', async () => {
  const { enableBlinkFeatures } = await preferences()
  expect(enableBlinkFeatures ?? '').toBe('')
  expect(await switches('enable-blink-features')).toEqual([])
})

it('11: has no webview, so none that could open windows', async () => {
  expect((await preferences()).webviewTag).toBe(false)
  expect(
    await inPage(`(() => {
      const view = Object.assign(document.createElement('webview'), { allowpopups: true, src: 'app://console/' })
      document.body.append(view)
      const parts = [typeof view.loadURL, view.shadowRoot, view.constructor.name]
      view.remove()
      return parts
    })()`),
  ).toEqual(['undefined', null, 'HTMLElement'])
})

it('12: attaches no webview, even in a window that could have one', async () => {
  const views = await desktop.app.evaluate(async ({ BrowserWindow, webContents }) => {
    const window = new BrowserWindow({ show: false, webPreferences: { webviewTag: true } })
    const asked = new Promise((resolve) =>
      window.webContents.on('will-attach-webview', (event) =>
        setImmediate(() => resolve(event.defaultPrevented)),
      ),
    )
    await window.loadURL('data:text/html,<webview src="data:text/html,inside" allowpopups></webview>')
    const prevented = await asked
    const kinds = webContents.getAllWebContents().map((contents) => contents.getType())
    window.destroy()
    return { prevented, views: kinds.filter((kind) => kind === 'webview').length }
  })
  expect(views).toEqual({ prevented: true, views: 0 })
})

it.each(['http', 'file:///etc/hostname', 'data:text/html,x', 'app://elsewhere/', 'app://console.example/'])(
  '13: does not leave its page for %s',
  async (kind) => {
    const address = kind === 'http' ? `${outside.origin}/away` : kind
    const before = desktop.page.url()
    await inPage(`void (location.href = ${JSON.stringify(address)})`).catch(() => {})
    // A refused navigation leaves no event to wait for; two frames later the page is still there.
    await inPage('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    expect(desktop.page.url()).toBe(before)
    expect(await inPage('document.title')).toContain('Gatehouse')
    expect(outside.asked).toEqual([])
  },
)

it('14: opens no window', async () => {
  for (const address of [outside.origin, 'app://console/', 'about:blank', ''])
    expect(await inPage(`window.open(${JSON.stringify(address)}) === null`)).toBe(true)
  expect(await askMain(desktop.app, ({ webContents }) => webContents.getAllWebContents().length)).toBe(1)
  expect(outside.asked).toEqual([])
})

it('15: hands only known documentation to the system’s browser', async () => {
  await desktop.app.evaluate(({ shell }) => {
    const opened: string[] = []
    shell.openExternal = async (address) => void opened.push(address)
    Object.assign(globalThis, { opened })
  })
  const addresses = [
    'https://docs.opencti.io/latest/',
    'http://docs.opencti.io/',
    'https://docs.opencti.io.example.com/',
    'https://example.com/',
    'https://user@docs.opencti.io/',
    'file:///bin/sh',
    'javascript:alert(1)',
    'smb://docs.opencti.io/share',
  ]
  await inPage(`${JSON.stringify(addresses)}.forEach((address) => window.open(address))`)
  expect(await desktop.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)).toEqual([
    'https://docs.opencti.io/latest/',
  ])
})

it('16: runs on the Electron that is pinned, or the older one that was named by hand', async () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const wanted = named
    ? readFileSync(join(named, 'version'), 'utf8').trim().replace(/^v/, '')
    : devDependencies.electron
  expect(await askMain(desktop.app, () => process.versions.electron)).toBe(wanted)
  // That it is one of the supported three is a row of `npm run verify`, which may ask the registry.
  expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
})

it('17: hears one message, from the top frame of its own page alone', async () => {
  const heard = await desktop.app.evaluate(({ ipcMain }) => {
    const { _invokeHandlers: invoked } = ipcMain as unknown as { _invokeHandlers: Map<string, unknown> }
    // Electron itself listens for errors.
    const on = ipcMain.eventNames().filter((name) => name !== 'error')
    return { on, handled: [...invoked.keys()] }
  })
  expect(heard).toEqual({ on: ['gatehouse:port'], handled: [] })
  const preload = join(desktop.profile, 'stranger.cjs')
  writeFileSync(
    preload,
    `const { ipcRenderer } = require('electron')
     const { port1, port2 } = new MessageChannel()
     port2.addEventListener('close', () => ipcRenderer.send('told', 'closed'))
     port2.onmessage = () => ipcRenderer.send('told', 'served')
     ipcRenderer.postMessage('gatehouse:port', null, [port1])
     port2.postMessage('{"i":"1","p":{"u":"/system/info"}}')`,
  )
  const told = await desktop.app.evaluate(
    ({ BrowserWindow, ipcMain }, file) =>
      new Promise((resolve) => {
        const window = new BrowserWindow({ show: false, webPreferences: { preload: file } })
        ipcMain.once('told', (_, answer) => {
          window.destroy()
          resolve(answer)
        })
        void window.loadURL('data:text/html,stranger')
      }),
    preload,
  )
  expect(told).toBe('closed')
})

it('18: serves its page under a scheme of its own, never file://', async () => {
  expect(desktop.page.url()).toMatch(/^app:\/\/console\//)
  expect(await askMain(desktop.app, ({ protocol }) => protocol.isProtocolHandled('app'))).toBe(true)
  expect(
    await inPage(`new Promise((resolve) => {
      const image = new Image()
      image.onload = () => resolve('loaded')
      image.onerror = () => resolve('refused')
      image.src = 'file://${join(root, 'resources', 'icon.png')}'
    })`),
  ).toBe('refused')
})

it('19: has the fuses of a release, but for the inspector through which this test asks', async () => {
  const wire = await getCurrentFuseWire(inject('program'))
  const config = releaseFuses()
  const known = Object.entries(FuseV1Options).filter(
    ([, fuse]) => typeof fuse !== 'string' && fuse in wire,
  ) as [string, FuseV1Options][]
  expect(known.length).toBeGreaterThanOrEqual(8)
  for (const [name, fuse] of known) {
    const wanted = fuse === FuseV1Options.EnableNodeCliInspectArguments || config[fuse]
    expect([name, wire[fuse]]).toEqual([name, wanted ? FuseState.ENABLE : FuseState.DISABLE])
  }
})

it('20: exposes nothing of Electron: the page’s world has no name that an empty page has not', async () => {
  const names = `Object.getOwnPropertyNames(window).filter((name) => !/^\\d+$/.test(name)).sort()`
  const ours = await inPage<string[]>(names)
  const empty = await desktop.app.evaluate(async ({ BrowserWindow }, script) => {
    const window = new BrowserWindow({ show: false })
    // An origin of the same rights as the page's.
    await window.loadURL('app://console/missing')
    const found: string[] = await window.webContents.executeJavaScript(script)
    window.destroy()
    return found
  }, names)
  expect(ours.filter((name) => !empty.includes(name))).toEqual([])
})
