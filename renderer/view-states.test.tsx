import '@fontsource-variable/inter/wght.css'
import './app/base.css'
import axe from 'axe-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { cutButtons } from '../tests/page/clipped.ts'
import { openStage, type Stage } from '../tests/page/stage.tsx'
import { VIEW_STATES } from '../tests/page/view-states.ts'
import { INVENTORY_SCOPES, SETTINGS_SECTIONS } from './app/routes.ts'

let stage: Stage | null = null

afterEach(() => {
  stage?.end()
  stage = null
})

const sources = import.meta.glob<string>('./**/*.tsx', { query: '?raw', import: 'default', eager: true })

/** Every dialog in the sources, by the name it must have, and every route. */
function existingViews(): string[] {
  const names = Object.entries(sources)
    .filter(([path]) => !path.includes('.test.'))
    .flatMap(([, source]) => [
      ...source.matchAll(/<(?:Danger)?Dialog\s[^>]*?name=(?:"([a-z-]+)"|\{dialog\.name\})/g),
    ])
    .flatMap(([, name]) => (name === undefined ? ['kill-session', 'kill-sessions'] : [name]))
  return [
    ...new Set(names.map((name) => `dialog:${name}`)),
    'dialog:palette',
    'menu:switcher',
    'notification',
    ...INVENTORY_SCOPES.map((scope) => `route:tokens/${scope}`),
    'route:overview',
    'route:overview/monitors',
    'route:activity',
    'route:tokens/mine',
    'route:tokens/plans',
    'route:tokens/users',
    'route:tokens/user',
    'route:xtm-one',
    'route:tokens/lost-device',
    'route:tokens/incidents',
    'route:tokens/incident',
    'route:connectors',
    'route:connectors/one',
    ...SETTINGS_SECTIONS.map((section) => `route:settings/${section}`),
  ]
}

describe('the list of view states', () => {
  test('names every view there is, and none that is gone', () => {
    const listed = new Set(VIEW_STATES.flatMap(({ views }) => views))
    expect([...listed].sort()).toEqual(existingViews().sort())
  })

  test('every dialog goes through the one dialog that has a name', () => {
    const strays = Object.entries(sources).filter(
      ([path, source]) => path !== './ui/Dialog.tsx' && /<(Modal|Drawer)\b/.test(source),
    )
    expect(strays.map(([path]) => path)).toEqual([])
  })

  test('has no id twice', () => {
    const ids = VIEW_STATES.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

/** What axe finds wrong now, in a few words each. */
async function violations(): Promise<string[]> {
  const { violations: found } = await axe.run(document, {
    // Chromium draws the page inside a frame of the test runner; the page itself is the document.
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
  })
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  )
}

describe('accessible in both schemes', () => {
  test.each(VIEW_STATES.map((state) => [state.id, state] as const))('%s', async (_id, state) => {
    stage = await openStage({ address: state.address ?? '#/tokens/mine', world: state.world })
    await state.reach?.(stage)
    expect(document.documentElement.getAttribute('data-mantine-color-scheme')).toBe('light')
    expect(await violations()).toEqual([])
    stage.page.looks.setState(({ remembered }) => ({ remembered: { ...remembered, scheme: 'dark' } }))
    await stage.see('[data-mantine-color-scheme=dark]')
    expect(await violations()).toEqual([])
  })
})

describe('no button’s words are cut off on a small page, in the language of long words', () => {
  beforeAll(async () => {
    await page.viewport(900, 640)
    return () => page.viewport(1280, 800)
  })

  test.each(VIEW_STATES.map((state) => [state.id, state] as const))('%s', async (_id, state) => {
    stage = await openStage({ address: state.address ?? '#/tokens/mine', world: state.world, language: 'de' })
    await state.reach?.(stage)
    expect(cutButtons()).toEqual([])
  })
})
