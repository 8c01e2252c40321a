import '@fontsource-variable/inter/wght.css'
import './app/base.css'
import { afterEach, describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { walk } from '../tests/page/focus-walk.ts'
import { lostInForcedColours } from '../tests/page/forced-colours.ts'
import { spokenWrongly } from '../tests/page/spoken.ts'
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

const states = VIEW_STATES.map((state) => [state.id, state] as const)

/** Whether Escape closes it: not while it works, nor while it shows a value that nobody has kept yet. */
const canBeLeft = (dialog: Element): boolean => dialog.querySelector('.mantine-Modal-close') !== null

describe('by keyboard alone', () => {
  test.each(states)('%s', async (_id, state) => {
    stage = await openStage({ address: state.address ?? '#/tokens/mine', world: state.world })
    await state.reach?.(stage)
    expect({
      spoken: await spokenWrongly(),
      forced: await lostInForcedColours(),
      walked: await walk(),
    }).toEqual({
      spoken: [],
      forced: [],
      walked: [],
    })
    const dialog = document.querySelector<HTMLElement>('[data-dialog]')
    if (dialog === null) return
    const closes = canBeLeft(dialog)
    await userEvent.keyboard('{Escape}')
    if (closes) {
      await expect
        .poll(() => ({ closed: !dialog.isConnected, focus: document.activeElement?.tagName }))
        .toEqual({ closed: true, focus: expect.not.stringMatching(/^BODY$/) })
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(dialog.isConnected).toBe(true)
    expect(dialog.contains(document.activeElement)).toBe(true)
  })
})

test('what was started once is not started again by Enter while it goes on', async () => {
  stage = await openStage({ world: (world) => void world.hanging.add('tokens.generate') })
  await stage.press('[data-testid=generate]')
  await stage.see('[data-testid=token-name]')
  await stage.press('[data-testid=duration] input[value=DAYS_90]')
  ;(await stage.see('[data-testid=token-name]')).focus()
  await userEvent.keyboard('{Enter}')
  await stage.see('[data-testid=submit-generate][aria-busy=true]')
  await userEvent.keyboard('{Enter}')
  ;(await stage.see('[data-testid=submit-generate]')).focus()
  await userEvent.keyboard('{Enter} ')
  expect(stage.world.calls.filter((call) => call === 'tokens.generate')).toHaveLength(1)
})
