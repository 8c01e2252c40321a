import '@fontsource-variable/inter/wght.css'
import './app/base.css'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { cdp, page } from 'vitest/browser'
import { cutButtons, cutTexts, sideways } from '../tests/page/clipped.ts'
import { openStage, type Stage } from '../tests/page/stage.tsx'
import { VIEW_STATES } from '../tests/page/view-states.ts'
import type { Messages } from './i18n/catalogue.ts'

/** The page as readers set it: twice as large, without motion, in colours of their own, in words that are longer. */

/** Stands at the end of each of our sentences in the pseudo-locale, so that what is cut off can be seen. */
const END = '⟧'

vi.mock('./i18n/catalogue.ts', async (original) => {
  const known = await original<typeof import('./i18n/catalogue.ts')>()
  return {
    ...known,
    // The language of no state: English, 40 % longer.
    async loadCatalogue(language: Parameters<typeof known.loadCatalogue>[0]) {
      const messages = await known.loadCatalogue(language === 'it' ? 'en' : language)
      if (language !== 'it') return messages
      return Object.fromEntries(
        Object.entries(messages).map(([id, text]) => [id, longer(text)]),
      ) as unknown as Messages
    },
  }
})

function longer(message: string): string {
  const plain = message.replace(/\{[^{}]*\}/g, '').replace(/[{}]/g, '').length
  const more = 'ōūēą ūōž '.repeat(40).slice(0, Math.ceil(plain * 0.4))
  return `${message}${more}${END}`
}

let stage: Stage | null = null
afterEach(() => {
  stage?.end()
  stage = null
})

const states = VIEW_STATES.map((state) => [state.id, state] as const)

async function open(state: (typeof VIEW_STATES)[number], language: 'en' | 'it' = 'en'): Promise<void> {
  stage = await openStage({ address: state.address ?? '#/tokens/mine', world: state.world, language })
  await state.reach?.(stage)
}

async function wish(features: { name: string; value: string }[]): Promise<void> {
  const session = cdp() as unknown as { send(method: string, parameters: object): Promise<void> }
  await session.send('Emulation.setEmulatedMedia', { features })
}

describe('at 200 % and without motion: nothing is cut off, nothing moves', () => {
  beforeAll(async () => {
    // 1280 × 800 at twice the size.
    await page.viewport(640, 400)
    await wish([{ name: 'prefers-reduced-motion', value: 'reduce' }])
    return async () => {
      await wish([])
      await page.viewport(1280, 800)
    }
  })

  test.each(states)('%s', async (_id, state) => {
    await open(state)
    const moving = document
      .getAnimations()
      .filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
    expect({ cut: cutButtons(), sideways: sideways(), moving: moving.length }).toEqual({
      cut: [],
      sideways: false,
      moving: 0,
    })
  })
})

describe('in words that are 40 % longer nothing is cut off', () => {
  test.each(states)('%s', async (_id, state) => {
    await open(state, 'it')
    expect(cutTexts(END)).toEqual([])
  })
})
