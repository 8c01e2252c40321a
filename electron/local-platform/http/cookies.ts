/** The name of OpenCTI's session cookie. */
const COOKIE = 'opencti_session'

/** The value of the session cookie in a Cookie header, or null. */
export function sessionCookie(header: string | undefined): string | null {
  for (const part of (header ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2)
    if (name === COOKIE && value) return value
  }
  return null
}

/**
 * A Set-Cookie line; null clears the cookie. It ends with the browser, its life is kept on our side.
 * SECURITY: out of reach of scripts, not sent along from other sites, and over TLS never without it.
 * @param secure the client's connection is TLS
 */
export function setSessionCookie(value: string | null, secure = false): string {
  const life = value === null ? '; Max-Age=0' : ''
  return `${COOKIE}=${value ?? ''}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}${life}`
}
