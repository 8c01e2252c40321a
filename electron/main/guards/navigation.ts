import type { WebContents } from 'electron'
import { isOwnPage } from './own-page.ts'

/** Whether a frame may go to an address: the top frame within our own page, any other frame nowhere. */
export function mayNavigate(address: string, isMainFrame: boolean): boolean {
  return isMainFrame && isOwnPage(address)
}

type Guarded = Pick<WebContents, 'on' | 'setWindowOpenHandler'>

/**
 * Keeps a window on our page: nothing else is loaded into it, no window is opened, no webview attached.
 * SECURITY: points 11 to 14 of Electron's check-list; registered for each contents that comes into being.
 * @param openOutside hears the address of a refused new window
 */
export function guardContents(contents: Guarded, openOutside: (address: string) => void): void {
  contents.on('will-navigate', (event) => {
    if (!mayNavigate(event.url, event.isMainFrame)) event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!mayNavigate(event.url, event.isMainFrame)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => {
    if (!mayNavigate(event.url, event.isMainFrame)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url)
    return { action: 'deny' }
  })
}
