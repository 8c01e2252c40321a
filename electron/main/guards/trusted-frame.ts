import type { WebFrameMain } from 'electron'
import { isOwnPage } from './own-page.ts'

type Frame = Pick<WebFrameMain, 'url' | 'parent' | 'detached'>

/**
 * Whether a message may be heard: it comes from the top frame of a window that shows our own page.
 * SECURITY: point 17 of Electron's check-list. A missing frame (gone or navigated away meanwhile) is refused.
 * @param frame who sent it
 * @param top the top frame of the window it came from, now
 */
export function isTrustedFrame(frame: Frame | null, top: Frame | null): boolean {
  return frame !== null && frame === top && frame.parent === null && !frame.detached && isOwnPage(frame.url)
}
