import type { Session } from 'electron'
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

type Guarded = Pick<
  Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
>

/** Puts the table above in charge of a session. */
export function denyByDefault(session: Guarded): void {
  session.setPermissionRequestHandler((_, permission, decide, { requestingUrl, isMainFrame }) =>
    decide(isPermitted(permission, requestingUrl, isMainFrame)),
  )
  session.setPermissionCheckHandler((_, permission, origin, { requestingUrl, isMainFrame }) =>
    isPermitted(permission, requestingUrl ?? origin, isMainFrame),
  )
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_, decide) => decide({}))
}
