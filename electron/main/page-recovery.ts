import type { BrowserWindow, MessageBoxOptions } from 'electron'
import type { Logger } from '#base/logger.ts'
import type { NativeWords } from '../core/notices/words.ts'
import { crashRecovery } from './crash-recovery.ts'

/** Why a page had to be loaded again. */
export type PageEnd = 'crash' | 'memory' | 'frozen'

export interface RecoveryParts {
  /** ms since the epoch */
  readonly now: () => number
  readonly logger: Logger
  /** sentences in the reader's language, as soon as the console is there */
  readonly words: () => Promise<NativeWords>
  /** Shows a question over the window; answers the button's index, the first one when `signal` takes it away. */
  readonly ask: (question: MessageBoxOptions, signal: AbortSignal) => Promise<number>
  /** hears of each end, so that the page can say it when it is back */
  readonly tell: (cause: PageEnd) => void
}

type Contents = Pick<BrowserWindow['webContents'], 'on' | 'reload' | 'forcefullyCrashRenderer'>
export type Recoverable = Pick<BrowserWindow, 'on' | 'destroy'> & { readonly webContents: Contents }

/**
 * Brings a window's page back: loads it again when its process ended, and asks whether to when it does not answer. Its address,
 * which says where the reader was, stays.
 */
export function recoverPage(window: Recoverable, { now, logger, words, ask, tell }: RecoveryParts): void {
  const { webContents } = window
  const decide = crashRecovery(now)
  let wasFrozen = false
  let open: AbortController | null = null

  /** One question at a time; the safe answer is the first. */
  async function answered(question: (say: NativeWords) => MessageBoxOptions): Promise<number> {
    const asking = new AbortController()
    open = asking
    try {
      return await ask(question(await words()), asking.signal)
    } catch (error) {
      logger.error({ err: error }, 'The question about the page could not be asked')
      return 0
    } finally {
      if (open === asking) open = null
    }
  }

  webContents.on('render-process-gone', (_, { reason }) => {
    open?.abort()
    const cause = wasFrozen ? 'frozen' : reason === 'oom' ? 'memory' : 'crash'
    const decision = wasFrozen ? 'reload' : decide(reason)
    wasFrozen = false
    logger.warn({ reason, cause, decision }, 'The page ended')
    if (decision === 'nothing') return
    tell(cause)
    if (decision === 'reload') webContents.reload()
    else
      void answered(crashQuestion).then((answer) => {
        if (answer === 1) webContents.reload()
        else window.destroy()
      })
  })
  window.on('unresponsive', () => {
    if (open) return
    logger.warn('The page does not answer')
    void answered(freezeQuestion).then((answer) => {
      if (answer !== 1) return
      wasFrozen = true
      webContents.forcefullyCrashRenderer()
    })
  })
  window.on('responsive', () => open?.abort())
}

function freezeQuestion(say: NativeWords): MessageBoxOptions {
  return {
    ...box,
    message: say('freeze.message'),
    detail: say('freeze.detail'),
    buttons: [say('freeze.wait'), say('freeze.reload')],
  }
}

function crashQuestion(say: NativeWords): MessageBoxOptions {
  return {
    ...box,
    message: say('crash.message'),
    detail: say('crash.detail'),
    buttons: [say('crash.close'), say('crash.again')],
  }
}

const box = { type: 'warning', title: 'Gatehouse', defaultId: 1, cancelId: 0, noLink: true } as const
