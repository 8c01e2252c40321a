import type { Protocol } from 'electron'
import { type PageAnswer, pageFiles } from '../host/page-files.ts'
import { isOwnPage, PAGE_SCHEME } from './guards/own-page.ts'

/**
 * Must run before Electron is ready. `standard` gives the page an origin, `secure` the rights of https, `codeCache` a
 * faster second start. No other privilege: no service workers, no CSP bypass.
 */
export function registerPageScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: PAGE_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/** Serves the built page in `root` under app://console. */
export function servePage(protocol: Pick<Protocol, 'handle'>, root: string): void {
  // SECURITY: the page has no network; all it asks goes through the port.
  const answer = pageFiles(root, "'none'")
  protocol.handle(PAGE_SCHEME, async (request) => {
    if (!isOwnPage(request.url)) return toResponse(await answer('GET', '/-'))
    return toResponse(await answer(request.method, new URL(request.url).pathname))
  })
}

function toResponse({ status, headers, body }: PageAnswer): Response {
  return new Response(body, { status, headers })
}
