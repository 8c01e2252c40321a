import { afterEach, beforeEach, expect, test } from 'vitest'
import { FAKE_VALUE } from '../../../tests/page/router.ts'
import { openStage, type Stage, type StageOptions } from '../../../tests/page/stage.tsx'
import { problem } from '../../../tests/page/world.ts'

let stage: Stage

async function reveal(world?: StageOptions['world']): Promise<void> {
  stage = await openStage({ world })
  await stage.press('[data-testid=generate]')
  await stage.press('[data-testid=duration] input[value=DAYS_90]')
  await stage.press('[data-testid=submit-generate]')
  await stage.see('[data-testid=token-value]:not([aria-busy=true])')
}

const shown = (): string => document.querySelector('[data-testid=token-value]')?.textContent ?? ''
const isOpen = (): boolean => document.querySelector('[data-dialog=reveal]') !== null
const pressEscape = (): void => stage.key('Escape')

beforeEach(() => localStorage.clear())
afterEach(() => stage.end())

test('the value stands in the dialog and nowhere else, and is gone with it', async () => {
  await reveal()
  expect(shown()).toBe(FAKE_VALUE)
  const elsewhere = (): string =>
    [
      // Everything but the text of the one element.
      document.documentElement.outerHTML.replace(`>${FAKE_VALUE}<`, '><'),
      JSON.stringify(stage.page.tokens.getState()),
      JSON.stringify(stage.page.looks.getState()),
      JSON.stringify({ ...localStorage, ...sessionStorage }),
      window.location.href,
      document.title,
      JSON.stringify(history.state),
    ].join('\n')
  expect(elsewhere()).not.toContain(FAKE_VALUE)
  await stage.press('[data-testid=copy-token]')
  await stage.see('[data-testid=copied]')
  expect(elsewhere()).not.toContain(FAKE_VALUE)
  await stage.advance(1_000)
  await stage.press('[data-testid=close-reveal]')
  await stage.unsee('[data-dialog=reveal]')
  expect(document.documentElement.outerHTML).not.toContain(FAKE_VALUE)
  expect(elsewhere()).not.toContain(FAKE_VALUE)
  expect(stage.world.values.size).toBe(0)
  expect(stage.world.calls.filter((call) => call === 'tokens.reveal')).toHaveLength(1)
})

test('a fibre of the page holds the value in one place: the ref of the dialog', async () => {
  await reveal()
  const box = document.querySelector('[data-testid=token-value]')
  const props = Object.entries(box ?? {}).filter(([key]) => key.startsWith('__reactProps'))
  expect(props).toHaveLength(1)
  const texts = props.map(([, value]) =>
    JSON.stringify(value, (key, inner) => (key === 'ref' ? undefined : inner)),
  )
  expect(texts.join()).not.toContain(FAKE_VALUE)
})

test('Escape and a click beside it do nothing before the token is copied', async () => {
  await reveal()
  await stage.advance(1_000)
  pressEscape()
  await stage.press('.mantine-Modal-inner')
  await stage.advance(10)
  expect(isOpen()).toBe(true)
  expect(document.querySelector('[data-testid=unsaved]')).toBeNull()
  expect(shown()).toBe(FAKE_VALUE)
  await stage.press('[data-testid=copy-token]')
  await stage.see('[data-testid=copied]')
  pressEscape()
  await stage.unsee('[data-dialog=reveal]')
})

test('"I have stored it" is enough to close', async () => {
  await reveal()
  await stage.advance(1_000)
  await stage.press('[data-testid=stored]')
  await stage.press('[data-testid=close-reveal]')
  await stage.unsee('[data-dialog=reveal]')
  expect(stage.world.calls).not.toContain('tokens.copy')
})

test('closing an unsaved token asks once, and keeping it open is the first choice', async () => {
  await reveal()
  await stage.advance(1_000)
  await stage.press('[data-testid=close-reveal]')
  await stage.see('[data-testid=unsaved]')
  expect(document.activeElement?.getAttribute('data-testid')).toBe('keep-open')
  await stage.press('[data-testid=keep-open]')
  await stage.unsee('[data-testid=unsaved]')
  await stage.press('[data-testid=close-reveal]')
  await stage.press('[data-testid=close-anyway]')
  await stage.unsee('[data-dialog=reveal]')
})

/** Whether a reload or the closing of the window would ask. */
const leavingAsks = (): boolean =>
  !window.dispatchEvent(new Event('beforeunload', { cancelable: true, bubbles: false }))

test('leaving the page asks while the token is unsaved, and not after it is copied', async () => {
  stage = await openStage()
  expect(leavingAsks()).toBe(false)
  stage.end()
  await reveal()
  expect(leavingAsks()).toBe(true)
  await stage.press('[data-testid=copy-token]')
  await stage.see('[data-testid=copied]')
  expect(leavingAsks()).toBe(false)
})

test('leaving the page does not ask once the token is stored, or thrown away on purpose', async () => {
  await reveal()
  await stage.advance(1_000)
  await stage.press('[data-testid=stored]')
  await expect.poll(leavingAsks).toBe(false)
  await stage.press('[data-testid=stored]')
  await expect.poll(leavingAsks).toBe(true)
  await stage.press('[data-testid=close-reveal]')
  await stage.press('[data-testid=close-anyway]')
  await stage.unsee('[data-dialog=reveal]')
  expect(leavingAsks()).toBe(false)
})

test('the second click of a double click closes nothing', async () => {
  await reveal()
  const close = await stage.see('[data-testid=close-reveal]')
  close.click()
  await stage.advance(600)
  close.click()
  await stage.advance(10)
  expect(isOpen()).toBe(true)
  expect(document.querySelector('[data-testid=unsaved]')).toBeNull()
  await stage.advance(200)
  await stage.press('[data-testid=close-reveal]')
  await stage.see('[data-testid=unsaved]')
})

test('the core copies where it can; the value does not pass through the page', async () => {
  await reveal()
  await stage.press('[data-testid=copy-token]')
  const copied = await stage.see('[data-testid=copied]')
  expect(copied.textContent).toBe('Copied, clears in 30 s')
  await stage.advance(6_000)
  expect(copied.textContent).toBe('Copied, clears in 24 s')
  expect(document.querySelector('[data-testid=clipboard-state]')?.textContent).toBe(
    'Token on the clipboard, clears in 24 s',
  )
  expect(stage.clipboard.text).toBe('')
})

test('the page copies where the core has no clipboard, and clears what is still its own', async () => {
  await reveal((world) => {
    world.info.clipboard = 'page'
  })
  await stage.press('[data-testid=copy-token]')
  await stage.see('[data-testid=copied]')
  expect(stage.clipboard.text).toBe(FAKE_VALUE)
  expect(stage.world.calls).not.toContain('tokens.copy')
  await stage.advance(1_000)
  await stage.press('[data-testid=close-reveal]')
  await stage.unsee('[data-dialog=reveal]')
  await stage.advance(30_000)
  await expect.poll(() => stage.clipboard.text).toBe('')
  await expect
    .poll(() => document.querySelector('[data-testid=clipboard-state]')?.textContent)
    .toBe('The clipboard was cleared')
})

test('a clipboard that refuses is said, and nothing counts as copied', async () => {
  await reveal((world) => {
    world.info.clipboard = 'page'
  })
  stage.clipboard.allowed = false
  await stage.press('[data-testid=copy-token]')
  const notice = await stage.see('[data-dialog=reveal] [data-testid=problem]')
  expect(notice.textContent).toContain('The clipboard did not take the token')
  expect(notice.textContent).not.toContain(FAKE_VALUE)
  await stage.advance(1_000)
  pressEscape()
  await stage.advance(10)
  expect(isOpen()).toBe(true)
})

test('when its time is up the value leaves the dialog', async () => {
  await reveal()
  await stage.advance(600_000)
  const notice = await stage.see('[data-dialog=reveal] [data-testid=problem]')
  expect(notice.textContent).toContain('can’t be shown any more')
  expect(document.documentElement.outerHTML).not.toContain(FAKE_VALUE)
})

test('a value that is gone says so, and the dialog closes without asking', async () => {
  stage = await openStage({ world: (world) => world.failing.set('tokens.reveal', problem('reveal-gone')) })
  await stage.press('[data-testid=generate]')
  await stage.press('[data-testid=duration] input[value=DAYS_30]')
  await stage.press('[data-testid=submit-generate]')
  await stage.see('[data-dialog=reveal] [data-testid=problem]')
  await stage.advance(1_000)
  pressEscape()
  await stage.unsee('[data-dialog=reveal]')
})
