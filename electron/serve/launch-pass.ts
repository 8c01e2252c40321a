import { equalDigests, randomText, sha256 } from '#base/crypto.ts'

/**
 * Who may use the browser host: whoever opens the launch address first gets a cookie, and with it everything else.
 * Both values live in memory only and end with the process.
 */
export interface LaunchPass {
  /** for the address that is printed; works once */
  readonly launchSecret: string
  /** The cookie's value when `secret` is right and was not used before, else null. */
  launch(secret: string | null): string | null
  /** Whether a request's Cookie header carries the pass. */
  admits(cookieHeader: string | undefined): boolean
}

/** @param cookieName distinct for each port: cookies of one host name are shared by all its ports */
export function launchPass(cookieName: string, newText: () => string = () => randomText(32)): LaunchPass {
  const launchSecret = newText()
  const pass = newText()
  let used = false
  return {
    launchSecret,
    launch(secret) {
      if (used || secret === null || !sameText(secret, launchSecret)) return null
      used = true
      return pass
    },
    admits: (header) => valuesOf(cookieName, header).some((value) => sameText(value, pass)),
  }
}

/** SECURITY: digests have one length, so the time of the comparison tells nothing of the secret. */
function sameText(a: string, b: string): boolean {
  return equalDigests(sha256(a), sha256(b))
}

function valuesOf(name: string, header = ''): string[] {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}
