import { type Agent, request } from 'node:http'
import type { FuzzCase } from './fuzz-inputs.ts'

/** The status of the answer; 0 when there was none. */
export function sendFuzzCase(
  url: string,
  agent: Agent,
  { method, path, headers, body }: FuzzCase,
): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(
      new URL(path.replace(/^\/\//, '/.//'), url),
      {
        method,
        agent,
        headers: body === null ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
        response.on('error', () => resolve(0))
      },
    )
    sent.on('error', () => resolve(0))
    sent.end(body ?? undefined)
  })
}
