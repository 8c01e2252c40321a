import type { Protocol } from 'electron'
import { pageFiles } from '../host/page-files.ts'
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

/** net::ERR_FAILED */
const FAILED = -2

/**
 * Serves the built page in `root` under app://console. By `registerBufferProtocol`, although Electron would rather have
 * `handle`: that one reads Node's fetch library before the first answer, and everybody waits for it at each start (0158).
 */
export function servePage(protocol: Pick<Protocol, 'registerBufferProtocol'>, root: string): void {
  // SECURITY: the page has no network; all it asks goes through the port.
  const answer = pageFiles(root, "'none'")
  protocol.registerBufferProtocol(PAGE_SCHEME, ({ url, method }, reply) => {
    const answered = isOwnPage(url) ? answer(method, new URL(url).pathname) : answer('GET', '/-')
    answered.then(
      ({ status, headers, body }) =>
        reply({
          statusCode: status,
          headers,
          mimeType: headers['content-type'] ?? 'text/plain',
          data: Buffer.from(body ?? []),
        }),
      () => reply({ error: FAILED }),
    )
  })
}
