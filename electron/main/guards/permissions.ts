import { isOwnPage } from './own-page.ts'

/** Every web permission that our page gets, with the reason; what is not here is denied. */
const GRANTED: Readonly<Record<string, string>> = {
  'clipboard-sanitized-write':
    'copying the details of an error, after a click; tokens are copied by the main process',
}

/**
 * SECURITY: point 5 of Electron's check-list; asked on request and on check alike.
 * @param permission Electron's name of it
 * @param asking address of the frame that wants it
 * @param isMainFrame whether that frame is the window's top one
 */
export function isPermitted(permission: string, asking: string, isMainFrame: boolean): boolean {
  return isMainFrame && isOwnPage(asking) && Object.hasOwn(GRANTED, permission)
}
