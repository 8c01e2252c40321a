/**
 * What a page of ours may load and do, as the value of the Content-Security-Policy header.
 * @param nonce fresh for each answer; component libraries put it on the style tags they insert
 * @param connect `'none'` where the core is reached over a MessagePort, `'self'` where over a WebSocket
 */
export function contentPolicy(nonce: string, connect: "'none'" | "'self'"): string {
  // SECURITY: nothing is allowed but our own files; no unsafe-inline, no unsafe-eval, no frame around us, no form target.
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join('; ')
}

/** Headers of every answer of a host, refusals included; the policy comes on top. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}
