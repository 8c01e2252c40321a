import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { issueCertificate } from './certificate.ts'

/**
 * Portainer's face over a real Docker Engine: HTTPS with a certificate of its own authority, an API key, and the Engine API
 * below `/api/endpoints/{id}/docker/{version}`. Every request is compared with what XTM Composer speaks (composer.md §6.3)
 * or Gatehouse needs besides; what does not fit is answered 400 and noted.
 */

export const API_KEY = 'ptr_not-a-real-key'
const BASE = '/api/endpoints/3/docker/v1.41'

interface Rule {
  readonly verb: string
  readonly path: RegExp
  /** names of the query, sorted */
  readonly query: readonly string[]
  /** top level names of the body, sorted; null is no body */
  readonly body: readonly string[] | null
  /** beyond XTM Composer: a replacement beside the old container, certificates copied in */
  readonly own?: true
}

const ID = '[A-Za-z0-9][A-Za-z0-9_.-]+'
const RULES: readonly Rule[] = [
  { verb: 'GET', path: new RegExp(`^/containers/${ID}/json$`), query: [], body: null },
  { verb: 'GET', path: /^\/containers\/json$/, query: ['all', 'filters'], body: null },
  { verb: 'POST', path: new RegExp(`^/containers/${ID}/(start|stop)$`), query: [], body: null },
  { verb: 'DELETE', path: new RegExp(`^/containers/${ID}$`), query: ['force', 'v'], body: null },
  { verb: 'POST', path: /^\/images\/create$/, query: ['fromImage'], body: null },
  {
    verb: 'POST',
    path: /^\/containers\/create$/,
    query: ['name'],
    body: ['Env', 'HostConfig', 'Image', 'Labels'],
  },
  {
    verb: 'GET',
    path: new RegExp(`^/containers/${ID}/logs$`),
    query: ['stderr', 'stdout', 'tail'],
    body: null,
  },
  { verb: 'POST', path: new RegExp(`^/containers/${ID}/rename$`), query: ['name'], body: null, own: true },
  { verb: 'GET', path: /^\/images\/.+\/json$/, query: [], body: null, own: true },
  { verb: 'PUT', path: new RegExp(`^/containers/${ID}/archive$`), query: ['path'], body: null, own: true },
]

export interface PortainerDouble {
  readonly url: string
  /** PEM of the authority to trust */
  readonly ca: string
  readonly requests: { verb: string; path: string; query: URLSearchParams; body: unknown }[]
  /** requests that no rule allows */
  readonly strange: string[]
  close(): Promise<void>
}

export async function startPortainer(socketPath: string): Promise<PortainerDouble> {
  const day = 86_400_000
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) }
  const authority = issueCertificate({
    organisation: 'Portainer test authority',
    authority: true,
    ...validity,
  })
  const issued = issueCertificate({ organisation: 'Portainer test', loopback: true, ...validity }, authority)
  const requests: PortainerDouble['requests'] = []
  const strange: string[] = []

  const server = https.createServer({ cert: issued.cert, key: issued.key }, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const payload = Buffer.concat(chunks)
    const url = new URL(request.url ?? '', 'https://portainer')
    const verb = request.method ?? ''
    if (request.headers['x-api-key'] !== API_KEY)
      return void response.writeHead(401).end('{"message":"Unauthorized"}')
    const path = url.pathname.slice(BASE.length)
    const json = request.headers['content-type'] === 'application/json'
    const body: unknown = json && payload.length > 0 ? JSON.parse(payload.toString()) : null
    requests.push({ verb, path, query: url.searchParams, body })
    const names = [...url.searchParams.keys()].sort().join()
    const bodyNames =
      body === null
        ? null
        : Object.keys(body as object)
            .sort()
            .join()
    const rule = RULES.find((one) => one.verb === verb && one.path.test(path))
    const fits =
      url.pathname.startsWith(`${BASE}/`) &&
      rule?.query.join() === names &&
      (rule.body?.join() ?? null) === bodyNames
    if (!fits) {
      strange.push(`${verb} ${request.url} ${bodyNames}`)
      return void response.writeHead(400).end('{"message":"unexpected request"}')
    }
    const { 'x-api-key': _key, host: _host, ...headers } = request.headers
    const onward = http.request(
      {
        socketPath,
        method: verb,
        path: `/v1.41${path}${url.search}`,
        headers: { ...headers, host: 'docker' },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.writeHead(502).end('{"message":"engine gone"}'))
    onward.end(payload)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: authority.cert,
    requests,
    strange,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
