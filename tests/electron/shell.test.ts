import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askMain, clientScript, type DesktopApp, launchDesktop } from '../support/desktop-app.ts'

let desktop: DesktopApp
let client: string

beforeAll(async () => {
  client = await clientScript()
  desktop = await launchDesktop()
})
afterAll(() => desktop.close())

const inPage = <Value>(script: string): Promise<Value> => desktop.page.evaluate(script) as Promise<Value>

/** Connects once more from the page and asks the core who it is. */
async function coreAnswers(): Promise<string> {
  await inPage(client)
  return inPage<string>('testHost.client.system.info().then(({ host }) => host)')
}

describe('the window', () => {
  it('shows our page under its own scheme', async () => {
    expect(desktop.page.url()).toMatch(/^app:\/\/console\//)
    // The window is shown when the page has drawn its first frame.
    await expect
      .poll(() =>
        askMain(desktop.app, ({ BrowserWindow }) =>
          BrowserWindow.getAllWindows().map((window) => [window.isVisible(), window.getTitle()]),
        ),
      )
      .toEqual([[true, expect.stringContaining('Gatehouse')]])
  })

  it('runs with every defence on', async () => {
    const preferences = await askMain(desktop.app, ({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      // Not in the types: what the window really runs with.
      const contents = window?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
      return contents.getLastWebPreferences()
    })
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
    })
  })

  it('is sandboxed, asked from inside', async () => {
    const probe = join(desktop.profile, 'probe.cjs')
    writeFileSync(
      probe,
      "require('electron').ipcRenderer.send('probe', process.sandboxed, process.contextIsolated)",
    )
    const told = desktop.app.evaluate(
      ({ ipcMain, session }, file) =>
        new Promise((resolve) => {
          ipcMain.once('probe', (_, ...answer) => resolve(answer))
          const all = session.defaultSession as unknown as {
            registerPreloadScript?(script: object): void
            setPreloads(files: string[]): void
          }
          // Electron 35 has a new name for it.
          if (all.registerPreloadScript) all.registerPreloadScript({ type: 'frame', filePath: file })
          else all.setPreloads([file])
        }),
      probe,
    )
    await desktop.page.reload()
    expect(await told).toEqual([true, true])
  })

  it('gives the page nothing of Node or Electron', async () => {
    const names = ['require', 'process', 'module', 'exports', 'Buffer', 'global', 'electron', 'ipcRenderer']
    expect(await inPage(`${JSON.stringify(names)}.filter((name) => name in window)`)).toEqual([])
  })
})

describe('content security policy', () => {
  it('comes with every response, with a new nonce each time', async () => {
    const policies: string[] = []
    const pages: string[] = []
    desktop.page.on('response', (response) => {
      const policy = response.headers()['content-security-policy'] ?? ''
      policies.push(policy)
      if (response.request().resourceType() === 'document') pages.push(policy)
    })
    await desktop.page.reload({ waitUntil: 'load' })
    await desktop.page.reload({ waitUntil: 'load' })
    desktop.page.removeAllListeners('response')
    expect(policies.length).toBeGreaterThan(pages.length)
    for (const policy of policies) {
      expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'nonce-[\w-]{22}'; style-src/)
      expect(policy).toContain("connect-src 'none'")
      expect(policy).not.toContain('unsafe')
    }
    expect(pages).toHaveLength(2)
    expect(pages[0]).not.toBe(pages[1])
  })

  it('comes with refusals too', async () => {
    const answers = await askMain(desktop.app, async ({ session }) => {
      const asked: [string, { method?: string; body?: string }][] = [
        ['app://console/missing.js', {}],
        ['app://console/..%2f..%2fpackage.json', {}],
        ['app://elsewhere/index.html', {}],
        ['app://console/', { method: 'POST', body: 'x' }],
      ]
      return Promise.all(
        asked.map(async ([address, init]) => {
          const { status, headers } = await session.defaultSession.fetch(address, init)
          return [status, headers.get('content-security-policy')?.startsWith("default-src 'none'")]
        }),
      )
    })
    expect(answers).toEqual([
      [404, true],
      [404, true],
      [404, true],
      [405, true],
    ])
  })

  it('stops inline scripts, foreign scripts and every request of the page', async () => {
    expect(
      await inPage(`new Promise((resolve) => {
        const stopped = []
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          stopped.push(effectiveDirective)
          if (stopped.length === 4) resolve(stopped.sort())
        })
        for (const fill of [(tag) => tag.append('window.ran = true'), (tag) => (tag.src = 'https://example.com/x.js')]) {
          const tag = document.createElement('script')
          fill(tag)
          document.head.append(tag)
        }
        document.head.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }))
        fetch('app://console/').catch(() => {})
      })`),
    ).toEqual(['connect-src', 'script-src-elem', 'script-src-elem', 'style-src-elem'])
    expect(await inPage('window.ran')).toBeUndefined()
  })
})

describe('leaving the page', () => {
  it.each(['https://example.com/', 'file:///etc/hostname', 'data:text/html,x', 'app://elsewhere/'])(
    'is refused: %s',
    async (address) => {
      const before = desktop.page.url()
      await inPage(`void (location.href = ${JSON.stringify(address)})`).catch(() => {})
      // A refused navigation leaves no event to wait for; a round trip to the page shows that it is still there.
      await inPage('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
      expect(desktop.page.url()).toBe(before)
      expect(await inPage('document.title')).toContain('Gatehouse')
    },
  )

  it('opens no window and no frame', async () => {
    expect(await inPage("window.open('https://example.com/') === null")).toBe(true)
    expect(await inPage("window.open('app://console/') === null")).toBe(true)
    expect(desktop.app.windows()).toHaveLength(1)
  })
})

it('denies permissions', async () => {
  expect(await inPage('Notification.requestPermission()')).toBe('denied')
  const names = ['geolocation', 'camera', 'microphone', 'clipboard-read', 'midi']
  expect(
    await inPage(
      `Promise.all(${JSON.stringify(names)}.map((name) => navigator.permissions.query({ name }).then(({ state }) => state)))`,
    ),
  ).toEqual(names.map(() => 'denied'))
})

describe('the port', () => {
  it('carries calls and streams', async () => {
    expect(await coreAnswers()).toBe('desktop')
    expect(
      await inPage(`new Promise((resolve) => {
        const end = testHost.follow(
          (client, options) => client.settings.watch(undefined, options),
          (settings) => { end(); resolve(settings.activeConnectionId) },
        )
      })`),
    ).toBe('local')
  })

  it('is there again after reloads', async () => {
    for (let reload = 0; reload < 5; reload++) {
      await desktop.page.reload()
      expect(await coreAnswers()).toBe('desktop')
    }
  })

  it('is there again after the page’s process crashed', async () => {
    const answer = await desktop.app.evaluate(async ({ BrowserWindow }, script) => {
      const [window] = BrowserWindow.getAllWindows()
      if (!window) throw new Error('no window')
      const { webContents } = window
      const back = new Promise<void>((resolve) => webContents.once('did-finish-load', () => resolve()))
      webContents.forcefullyCrashRenderer()
      await back
      await webContents.executeJavaScript(script)
      return webContents.executeJavaScript('testHost.client.system.info().then(({ host }) => host)')
    }, client)
    expect(answer).toBe('desktop')
  })
})
