import type { ServerResponse } from 'node:http'

/** What the stand-in may be told to do wrong with one request. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** takes the request and never answers */
  | { readonly kind: 'hang' }
  /** takes the beat, begins to answer and cuts the connection */
  | { readonly kind: 'half' }
  /** takes the beat and answers with this many bytes */
  | { readonly kind: 'large'; readonly bytes: number }
  /** takes the beat and answers with this text */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'redirect'; readonly to: string }

/**
 * Asked once a registration. SECURITY: handed to the constructor by the test that wants it; nothing that comes over the
 * network reaches it.
 */
export type FaultSwitch = () => Fault | null

/** Faults that happen before the registration is looked at; true when the request is dealt with. */
export function failBefore(fault: Fault | null, response: ServerResponse): boolean {
  if (fault?.kind === 'status') {
    response.writeHead(fault.status, fault.retryAfter ? { 'retry-after': fault.retryAfter } : {}).end()
    return true
  }
  if (fault?.kind === 'redirect') {
    response.writeHead(307, { location: fault.to }).end()
    return true
  }
  return fault?.kind === 'hang'
}

/** Faults that spoil the answer to a registration that was taken; true when the request is dealt with. */
export function failAfter(fault: Fault | null, response: ServerResponse, answer: string): boolean {
  if (fault?.kind === 'half') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
    response.write(answer.slice(0, answer.length / 2), () => response.destroy())
    return true
  }
  if (fault?.kind === 'large') {
    const padding = 'x'.repeat(fault.bytes)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: padding }))
    return true
  }
  if (fault?.kind === 'text') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(fault.text)
    return true
  }
  return false
}
