import { createHash, randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signedDocument, signingKey } from '../../electron/base/signature.ts'

export const RELEASE_KEY = signingKey(randomBytes(32))
const NOW = Date.UTC(2026, 0, 15, 12)
const DAY = 86_400_000

/** A file of a release as the manifest names it, for this machine. */
export function artefactOf(fileName: string, content: Buffer, change: object = {}) {
  return {
    fileName,
    kind: 'AppImage',
    platform: process.platform,
    arch: process.arch,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    ...change,
  }
}

/** A signed manifest; `change` replaces members. */
export function manifestOf(change: object = {}, key = RELEASE_KEY): string {
  return signedDocument(key, {
    format: 'gatehouse-release/1',
    version: '0.2.0',
    issuedAt: new Date(NOW - DAY).toISOString(),
    expiresAt: new Date(NOW + 30 * DAY).toISOString(),
    notes: 'Mended: everything.',
    artefacts: [],
    ...change,
  })
}

type Answer = string | Buffer | ((response: ServerResponse) => void)

/** A real server with one answer a path; what is not there is 404. */
export async function releaseServer() {
  const answers = new Map<string, Answer>()
  const asked: { path: string; headers: Record<string, unknown> }[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push({ path, headers: request.headers })
    const answer = answers.get(path)
    if (answer === undefined) response.writeHead(404).end()
    else if (typeof answer === 'function') answer(response)
    else response.end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    asked,
    answers,
    source: { url: `${origin}/releases/latest.json`, publicKey: RELEASE_KEY.publicKey },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export type ReleaseServer = Awaited<ReturnType<typeof releaseServer>>
