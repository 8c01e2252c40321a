/** Where the page lives in the desktop shell. */
export const PAGE_SCHEME = 'app'
const PAGE_HOST = 'console'
export const PAGE_ORIGIN = `${PAGE_SCHEME}://${PAGE_HOST}`

/**
 * Whether an address is our page's own.
 * SECURITY: parsed, never compared by prefix; `URL.origin` is the text "null" for schemes of our own, so scheme and host are read.
 */
export function isOwnPage(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host, username, password } = new URL(address)
  return protocol === `${PAGE_SCHEME}:` && host === PAGE_HOST && username === '' && password === ''
}
