/**
 * The base address of a platform as an admin types or pastes it: trimmed, https assumed when no scheme is given, without
 * a trailing slash, `/graphql`, or the page of OpenCTI that was open (`/dashboard/…`). Returns null for what is no usable http(s) address, or carries a user name or password.
 */
export function platformUrl(typed: string): string | null {
  const text = typed.trim()
  if (text === '' || /\s/.test(text)) return null
  let url: URL
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`)
  } catch {
    return null
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  // SECURITY: credentials in an address end in logs and screenshots; the token has a field of its own.
  if (url.username !== '' || url.password !== '') return null
  const path = url.pathname
    .replace(/\/dashboard(\/.*)?$/, '')
    .replace(/\/+$/, '')
    .replace(/\/graphql$/, '')
  return `${url.protocol}//${url.host}${path}`
}

/** True for addresses that never leave this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

/** A token sent over plain http to another machine can be read on the way. */
export function isPlainText(url: string): boolean {
  return new URL(url).protocol === 'http:' && !isLoopback(url)
}
