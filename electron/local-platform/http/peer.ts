import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Where a request came from. */
export interface Peer {
  readonly ip: string | null
  /** the client's own connection was TLS, as a trusted proxy says */
  readonly secure: boolean
}

/**
 * Reads the client's address behind reverse proxies.
 * SECURITY: the forwarding headers count only when the connection comes from a proxy that the configuration trusts, and only
 * from the right: what a client wrote itself stands further left and is never reached.
 * @param trusted addresses or networks (`127.0.0.1`, `10.0.0.0/8`); isTrustable says which are valid
 */
export function peerReader(
  trusted: readonly string[],
): (remote: string | undefined, headers: IncomingHttpHeaders) => Peer {
  const proxies = new BlockList()
  for (const entry of trusted) addTo(proxies, entry)
  const isProxy = (ip: string): boolean => proxies.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4')

  return (remote, headers) => {
    const direct = plainAddress(remote)
    if (trusted.length === 0 || direct === null || !isProxy(direct)) return { ip: direct, secure: false }
    const hops = last(headers['x-forwarded-for'])
      .split(',')
      .map((hop) => plainAddress(hop.trim()))
    const secure = last(headers['x-forwarded-proto']).trim().toLowerCase() === 'https'
    for (const hop of hops.reverse()) {
      if (hop === null) break
      if (!isProxy(hop)) return { ip: hop, secure }
    }
    return { ip: direct, secure }
  }
}

/** Whether `entry` is an address or a network in prefix form. */
export function isTrustable(entry: string): boolean {
  const [address, prefix, ...more] = entry.split('/')
  const version = isIP(address ?? '')
  if (version === 0 || more.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 6 ? 128 : 32))
}

function addTo(list: BlockList, entry: string): void {
  const [address = '', prefix] = entry.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (prefix === undefined) list.addAddress(address, family)
  else list.addSubnet(address, Number(prefix), family)
}

/** IPv4 in its own form even where the socket speaks IPv6; null for what is no address. */
function plainAddress(text: string | undefined): string | null {
  const plain = text?.replace(/^::ffff:(?=\d+\.)/i, '') ?? ''
  return isIP(plain) === 0 ? null : plain
}

const last = (header: string | string[] | undefined): string =>
  (Array.isArray(header) ? header.at(-1) : header) ?? ''
