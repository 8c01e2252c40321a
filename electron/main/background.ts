import type { MessageBoxOptions } from 'electron'
import type { Settings } from '#shared/contract/settings.ts'
import type { NativeWords } from '../core/notices/words.ts'

const KEEP = 0
const QUIT = 1

export interface BackgroundParts {
  readonly chosen: () => Settings['background']
  readonly remember: (choice: 'on' | 'off') => void
  readonly words: () => NativeWords
  /** shows the question and answers the index of the button */
  readonly ask: (question: MessageBoxOptions) => Promise<number>
}

/** Whether the app goes on without a window. Asked once, when the last window closes; then it is a setting. */
export async function staysInBackground({ chosen, remember, words, ask }: BackgroundParts): Promise<boolean> {
  if (chosen() !== 'ask') return chosen() === 'on'
  const say = words()
  const answer = await ask({
    type: 'question',
    title: 'Gatehouse',
    message: say('background.message'),
    detail: say('background.detail'),
    buttons: [say('background.keep'), say('background.quit')],
    defaultId: KEEP,
    cancelId: QUIT,
    noLink: true,
  })
  remember(answer === KEEP ? 'on' : 'off')
  return answer === KEEP
}
