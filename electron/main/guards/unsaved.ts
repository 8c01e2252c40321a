import type { MessageBoxSyncOptions, WebContents } from 'electron'

const STAY = 0
const LEAVE = 1

/** The question, Stay first; in English, see docs/decisions/0030-the-page.md. It names no value, so it can leak none. */
const QUESTION = {
  type: 'warning',
  title: 'Gatehouse',
  message: 'The new token is neither copied nor stored',
  detail: 'Its value is shown only once. If you leave now, it is lost and nobody can see it again.',
  buttons: ['Stay', 'Leave'],
  defaultId: STAY,
  cancelId: STAY,
  noLink: true,
} satisfies MessageBoxSyncOptions

/**
 * Asks when the page does not want to be left: Electron itself would refuse a reload, the window's close and the app's
 * end without a word. `preventDefault` there means to leave all the same.
 * @param ask shows the question over the window and answers the index of the button pressed; blocks meanwhile
 */
export function askBeforeLeaving(
  contents: Pick<WebContents, 'on'>,
  ask: (question: MessageBoxSyncOptions) => number,
): void {
  contents.on('will-prevent-unload', (event) => {
    if (ask(QUESTION) === LEAVE) event.preventDefault()
  })
}
