import { notifications } from '@mantine/notifications'
import { spotlight } from '@mantine/spotlight'
import { createRoot } from 'react-dom/client'
import type { Language } from '#shared/domain/languages.ts'
import { App } from '../../renderer/app/App.tsx'
import { createPage, type Page } from '../../renderer/app/page.ts'
import type { ClipboardDevice } from '../../renderer/features/tokens/page-clipboard.ts'
import { hostOf } from './host.ts'
import { createWorld, type World } from './world.ts'

/** A page on a world in memory, and the hands to work it with. */
export interface Stage {
  world: World
  page: Page
  /** what the page copied by itself */
  clipboard: { text: string; allowed: boolean }
  /** files it handed to the reader */
  saved: { fileName: string; text: string }[]
  /** The element, as soon as it is there. */
  see(selector: string): Promise<HTMLElement>
  /** Resolves when no such element is left. */
  unsee(selector: string): Promise<void>
  press(selector: string): Promise<void>
  fill(selector: string, text: string): Promise<void>
  /** Picks an option of a select by its value. */
  choose(selector: string, value: string): Promise<void>
  key(key: string, options?: KeyboardEventInit): void
  /** Lets time pass on the page's clock and React catch up. */
  advance(ms: number): Promise<void>
  end(): void
}

export interface StageOptions {
  language?: Language
  scheme?: 'light' | 'dark'
  address?: string
  world?: (world: World) => void
}

/** A hang guard: all of it happens in memory. */
const PATIENCE_MS = 20_000

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const { language = 'en', scheme = 'light', address = '#/tokens/mine' } = options
  const world = createWorld()
  world.settings.set((settings) => ({ ...settings, language, scheme }))
  options.world?.(world)
  window.location.hash = address
  const kept = new Map([['gatehouse', JSON.stringify({ language, scheme, singleKeys: true })]])
  const clipboard = { text: '', allowed: true }
  const saved: Stage['saved'] = []
  const page = await createPage({
    host: hostOf(world),
    clock: world.clock,
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
    },
    clipboard: deviceOf(clipboard),
    save: (fileName, text) => void saved.push({ fileName, text }),
    languages: [language],
  })
  const box = document.createElement('div')
  box.id = 'root'
  document.body.append(box)
  const root = createRoot(box)
  const stop = page.start()
  root.render(<App page={page} />)
  return {
    world,
    page,
    clipboard,
    saved,
    see: (selector) => until(() => document.querySelector<HTMLElement>(selector), `to see ${selector}`),
    async unsee(selector) {
      await until(() => document.querySelector(selector) === null || null, `not to see ${selector}`)
    },
    async press(selector) {
      const element = await until(
        () => document.querySelector<HTMLButtonElement>(`${selector}:not(:disabled, [aria-busy=true])`),
        `to press ${selector}`,
      )
      element.focus()
      element.click()
      await frame()
    },
    async fill(selector, text) {
      const field = await until(
        () => document.querySelector<HTMLInputElement | HTMLTextAreaElement>(selector),
        `to fill ${selector}`,
      )
      // React listens to the element's own setter, so the prototype's is called.
      const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set
      setter?.call(field, text)
      field.dispatchEvent(new Event('input', { bubbles: true }))
      await frame()
    },
    async choose(selector, value) {
      const list = await until(
        () => document.querySelector<HTMLSelectElement>(selector),
        `to choose in ${selector}`,
      )
      list.value = value
      list.dispatchEvent(new Event('change', { bubbles: true }))
      await frame()
    },
    key(key, init) {
      const target = document.activeElement ?? document.body
      target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))
    },
    async advance(ms) {
      world.clock.advance(ms)
      await frame()
    },
    end() {
      stop()
      notifications.clean()
      spotlight.close()
      root.unmount()
      box.remove()
      page.host.dispose()
    },
  }
}

function deviceOf(clipboard: Stage['clipboard']): ClipboardDevice {
  const permitted = async (): Promise<void> => {
    if (!clipboard.allowed) throw new DOMException('Not now', 'NotAllowedError')
  }
  return {
    async write(text) {
      await permitted()
      clipboard.text = text
    },
    async read() {
      await permitted()
      return clipboard.text
    },
    digest: async (text) => `fingerprint of ${text.length} characters ending with ${text.slice(-4)}`,
    whenFocused(task) {
      task()
      return () => {}
    },
  }
}

async function until<Found>(look: () => Found | null, what: string): Promise<Found> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const found = look()
    if (found !== null) return found
    if (performance.now() > end) throw new Error(`Waited in vain ${what}`)
    await frame()
  }
}

function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()))
}
