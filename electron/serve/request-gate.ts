import type { IncomingMessage } from 'node:http'
import type { LaunchPass } from './launch-pass.ts'

export interface Refusal {
  readonly status: 401 | 403 | 421
  readonly why: string
}

type Asked = Pick<IncomingMessage, 'headers'>

/**
 * SECURITY: a name that points to 127.0.0.1 (DNS rebinding) makes another site's page our neighbour; only our own
 * address is answered. A request that says it comes from another site is refused even with the cookie.
 * @param address `127.0.0.1:PORT`
 */
export function refuseStranger({ headers }: Asked, address: string): Refusal | null {
  if (headers.host !== address) return { status: 421, why: 'This address is not served here.' }
  if (headers.origin !== undefined && headers.origin !== `http://${address}`)
    return { status: 403, why: 'Requests from other sites are refused.' }
  return null
}

/** SECURITY: everything but the launch itself needs the pass, the static files too. */
export function refuseWithoutPass({ headers }: Asked, pass: LaunchPass): Refusal | null {
  if (pass.admits(headers.cookie)) return null
  return { status: 401, why: 'Open the address that `npm run serve` printed. It works once for each start.' }
}

/**
 * SECURITY: browsers let any site open a WebSocket to any address and send its cookies along, so here the Origin must
 * be there and ours.
 */
export function refuseSocket(request: Asked, address: string, pass: LaunchPass): Refusal | null {
  const stranger = refuseStranger(request, address)
  if (stranger) return stranger
  if (request.headers.origin === undefined)
    return { status: 403, why: 'Requests without an origin are refused.' }
  return refuseWithoutPass(request, pass)
}
