import '@fontsource-variable/inter/wght.css'
import './app/base.css'
import { afterEach, describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { walk } from '../tests/page/focus-walk.ts'
import { openStage, type Stage } from '../tests/page/stage.tsx'
import { VIEW_STATES } from '../tests/page/view-states.ts'

/** Every state of every view by keyboard alone (S-06). */

// A mark that fades in would not be there yet when it is looked at.
const still = document.createElement('style')
still.textContent = '*, *::before, *::after { transition: none !important; animation: none !important }'
document.head.append(still)

let stage: Stage | null = null
afterEach(() => {
  stage?.end()
  stage = null
})

/** The button that had the focus is disabled while the platform is asked, and its dialog cannot be left for that long. */
const BUSY = new Set(['generate-busy', 'triage-asking'])
const states = VIEW_STATES.filter(({ id }) => !BUSY.has(id)).map((state) => [state.id, state] as const)

/** What Escape must not close: a value that nobody has kept yet. */
const HELD = new Set(['reveal'])

describe('by keyboard alone', () => {
  test.each(states)('%s', { timeout: 30_000 }, async (_id, state) => {
    stage = await openStage({ address: state.address ?? '#/tokens/mine', world: state.world })
    await state.reach?.(stage)
    expect((await walk()).join('\n')).toBe('')
    const dialog = document.querySelector<HTMLElement>('[data-dialog]')
    if (dialog === null || HELD.has(dialog.dataset.dialog ?? '')) return
    await userEvent.keyboard('{Escape}')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect({ closed: !dialog.isConnected, focus: document.activeElement?.tagName }).toEqual({
      closed: true,
      focus: expect.not.stringMatching(/^BODY$/),
    })
  })
})
