import type { WebFrameMain } from 'electron'
import { isOwnPage } from './own-page.ts'

type Frame = Pick<WebFrameMain, 'url' | 'parent'>

/**
 * Whether a message may be heard: it comes from the top frame of a window that shows our own page.
 * SECURITY: point 17 of Electron's check-list. A missing frame (gone or navigated away meanwhile) is refused. `detached`
 * is not asked: after a crash and reload Electron 33 keeps saying so of the living frame.
 * @param frame who sent it
 * @param top the top frame of the window it came from, now
 */
export function isTrustedFrame(frame: Frame | null, top: Frame | null): boolean {
  return frame !== null && frame === top && frame.parent === null && isOwnPage(frame.url)
}
