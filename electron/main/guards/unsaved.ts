import type { MessageBoxSyncOptions, WebContents } from 'electron'
import type { NativeWords } from '../../core/notices/words.ts'

const STAY = 0
const LEAVE = 1

/** The question, Stay first. It names no value, so it can leak none. */
function question(say: NativeWords): MessageBoxSyncOptions {
  return {
    type: 'warning',
    title: 'Gatehouse',
    message: say('leave.message'),
    detail: say('leave.detail'),
    buttons: [say('leave.stay'), say('leave.leave')],
    defaultId: STAY,
    cancelId: STAY,
    noLink: true,
  }
}

/**
 * Asks when the page does not want to be left: Electron itself would refuse a reload, the window's close and the app's
 * end without a word. `preventDefault` there means to leave all the same.
 * @param words sentences in the reader's language; null before the console is there, when no token can be shown yet
 * @param ask shows the question over the window and answers the index of the button pressed; blocks meanwhile
 */
export function askBeforeLeaving(
  contents: Pick<WebContents, 'on'>,
  words: () => NativeWords | null,
  ask: (question: MessageBoxSyncOptions) => number,
): void {
  contents.on('will-prevent-unload', (event) => {
    const say = words()
    if (say === null || ask(question(say)) === LEAVE) event.preventDefault()
  })
}
