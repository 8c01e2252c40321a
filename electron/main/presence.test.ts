import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Live } from '#base/live.ts'
import type { Settings } from '#shared/contract/settings.ts'
import { type TrayFace, trayFace } from '../core/notices/tray-face.ts'
import { nativeWords } from '../core/notices/words.ts'
import { staysInBackground } from './background.ts'
import { desktopNotifier } from './desktop-notifier.ts'
import { autostartEntry, startAtLogin } from './login-item.ts'
import { showTray } from './tray.ts'

describe('going on without a window', () => {
  const press = (chosen: Settings['background'], button: number) => {
    const remembered: string[] = []
    const ask = vi.fn(async () => button)
    const stays = staysInBackground({
      chosen: () => chosen,
      remember: (choice) => void remembered.push(choice),
      words: () => nativeWords('fr'),
      ask,
    })
    return { stays, remembered, ask }
  }

  it('is asked once, and the answer is kept', async () => {
    const yes = press('ask', 0)
    expect(await yes.stays).toBe(true)
    expect(yes.remembered).toEqual(['on'])
    expect(yes.ask.mock.calls).toMatchObject([[{ message: 'Continuer à surveiller en arrière-plan ?' }]])
    const no = press('ask', 1)
    expect(await no.stays).toBe(false)
    expect(no.remembered).toEqual(['off'])
  })

  it.each([
    ['on', true],
    ['off', false],
  ] as const)('is not asked again: %s', async (chosen, stays) => {
    const again = press(chosen, 1)
    expect(await again.stays).toBe(stays)
    expect(again.ask).not.toHaveBeenCalled()
  })
})

describe('notifications', () => {
  class FakeNotification {
    static shown: FakeNotification[] = []
    static isSupported = () => true
    readonly heard = new Map<string, () => void>()
    closed = false
    readonly options: { title?: string }
    constructor(options: { title?: string }) {
      this.options = options
    }
    once(event: string, heard: () => void) {
      this.heard.set(event, heard)
      return this
    }
    show() {
      FakeNotification.shown.push(this)
    }
    close() {
      this.closed = true
      this.heard.get('close')?.()
    }
  }
  afterEach(() => void FakeNotification.shown.splice(0))
  const notice = (id: string, title = 'A') => ({ id, title, body: 'b', urgency: 'critical' as const })
  const make = (onOpen = () => {}) => desktopNotifier(FakeNotification as never, onOpen)

  it('lets the end of a matter take the place of its beginning', () => {
    const notifier = make()
    notifier.show(notice('one', 'down'))
    notifier.show(notice('one', 'up'))
    expect(FakeNotification.shown.map(({ options, closed }) => [options.title, closed])).toEqual([
      ['down', true],
      ['up', false],
    ])
  })

  it('opens the window at a click, once', () => {
    const onOpen = vi.fn()
    make(onOpen).show(notice('one'))
    FakeNotification.shown[0]?.heard.get('click')?.()
    expect(onOpen).toHaveBeenCalledTimes(1)
  })

  it('keeps no more open than a person could read', () => {
    const notifier = make()
    for (let each = 0; each < 30; each++) notifier.show(notice(String(each)))
    expect(FakeNotification.shown.filter(({ closed }) => !closed)).toHaveLength(20)
  })
})

describe('the tray', () => {
  it('follows how things stand, sets the picture only when it changes, and goes', () => {
    const face = new Live<TrayFace>(trayFace('good', null, 'en', 0))
    const seen: string[] = []
    let menu: { label?: string; click?: () => void }[] = []
    class FakeTray {
      constructor(image: string) {
        seen.push(image)
      }
      setImage = (image: string) => void seen.push(image)
      setToolTip = () => {}
      setContextMenu = () => {}
      on = () => this
      destroy = () => void seen.push('gone')
    }
    const onMute = vi.fn()
    const hide = showTray({
      electron: {
        Tray: FakeTray as never,
        Menu: {
          buildFromTemplate: (template) => {
            menu = template as typeof menu
            return {} as never
          },
        },
        nativeImage: { createFromPath: (path) => path as never },
      },
      face,
      iconFolder: 'tray',
      onOpen: () => {},
      onMute,
      onQuit: () => {},
    })
    face.set(trayFace('good', 3_600_000, 'en', 0))
    menu.find(({ label }) => label?.startsWith('Muted'))?.click?.()
    expect(onMute).toHaveBeenCalledWith(true)
    face.set(trayFace('danger', null, 'en', 0))
    expect(menu[0]?.label).toBe('Something is down')
    hide()
    face.set(trayFace('good', null, 'en', 0))
    expect(seen).toEqual(
      ['good', 'danger', 'gone'].map((name) => (name === 'gone' ? name : join('tray', `${name}.png`))),
    )
  })

  it('has a picture of each level, in both sizes', () => {
    const folder = join(import.meta.dirname, '..', '..', 'resources', 'tray')
    for (const level of ['good', 'unknown', 'warning', 'danger'])
      for (const size of ['', '@2x']) expect(existsSync(join(folder, `${level}${size}.png`))).toBe(true)
  })
})

describe('the start at login', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-login-'))
  const file = join(folder, 'autostart', 'org.gatehouse.console.desktop')
  const set = (wanted: boolean, isPackaged = true) =>
    startAtLogin(wanted, {
      app: { isPackaged, setLoginItemSettings: () => {} },
      platform: 'linux',
      program: '/opt/Gate "house"/gatehouse',
      configFolder: folder,
    })
  afterEach(() => rmSync(join(folder, 'autostart'), { recursive: true, force: true }))

  it('is an autostart entry, which goes when it is not wanted any more', () => {
    set(true)
    expect(readFileSync(file, 'utf8')).toContain(
      '\nExec="/opt/Gate \\\\"house\\\\"/gatehouse" --background\n',
    )
    set(false)
    set(false)
    expect(existsSync(file)).toBe(false)
  })

  it('is left alone by a program that runs out of its sources', () => {
    set(true, false)
    expect(existsSync(file)).toBe(false)
  })

  it('quotes what a path may hold', () => {
    expect(autostartEntry('/a b/$x`y%z')).toContain('Exec="/a b/\\\\$x\\\\`y%%z" --background')
  })
})
