/** Documentation that the page links to; nothing else is handed to the system's browser. */
const HOSTS: ReadonlySet<string> = new Set([
  'docs.opencti.io',
  'docs.openaev.io',
  'filigran.io',
  'www.filigran.io',
])

/**
 * Whether the system's browser may be told to open an address.
 * SECURITY: point 15 of Electron's check-list. Other schemes start local programs; other hosts could be a platform's choice.
 */
export function isAllowedOutside(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, port, username, password } = new URL(address)
  return protocol === 'https:' && HOSTS.has(hostname) && port === '' && username === '' && password === ''
}

/**
 * The one way out to the system's browser; says nothing when the address is refused.
 * @param open Electron's `shell.openExternal`
 */
export function openExternal(address: string, open: (address: string) => Promise<void>): void {
  if (isAllowedOutside(address)) open(address).catch(() => {})
}
