import { EventEmitter } from 'node:events'
import type { MessageBoxSyncOptions, WebContents } from 'electron'
import { expect, it } from 'vitest'
import { nativeWords } from '../../core/notices/words.ts'
import { askBeforeLeaving } from './unsaved.ts'

/** Whether the page is left when the button of that name is pressed, or Escape, and what was asked. */
function leaves(press: (question: MessageBoxSyncOptions) => number | undefined): boolean {
  const contents = new EventEmitter()
  askBeforeLeaving(
    contents as unknown as WebContents,
    () => nativeWords('en'),
    (question) => press(question) ?? -1,
  )
  let left = false
  contents.emit('will-prevent-unload', {
    preventDefault: () => {
      left = true
    },
  })
  return left
}

it('leaves the page only when that was chosen', () => {
  expect(leaves(({ buttons }) => buttons?.indexOf('Leave'))).toBe(true)
  expect(leaves(({ buttons }) => buttons?.indexOf('Stay'))).toBe(false)
})

it('stays on Escape and on Enter', () => {
  expect(leaves(({ cancelId }) => cancelId)).toBe(false)
  expect(leaves(({ defaultId }) => defaultId)).toBe(false)
})
