import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { randomText } from '#base/crypto.ts'
import { contentPolicy, SAFE_HEADERS } from './content-policy.ts'
import { pageFile } from './page-path.ts'

export interface PageAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array<ArrayBuffer> | null
}

/** What the build writes; a file of any other kind is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
}

const NONCE_PLACE = '__CSP_NONCE__'

/**
 * Answers requests for the built page out of one folder, the same for both hosts.
 * @param root folder with index.html
 * @param connect see `contentPolicy`
 * @param newNonce 128 fresh random bits for each answer
 */
export function pageFiles(
  root: string,
  connect: "'none'" | "'self'",
  newNonce: () => string = () => randomText(16),
): (method: string, urlPath: string) => Promise<PageAnswer> {
  return async (method, urlPath) => {
    const nonce = newNonce()
    const headers = { ...SAFE_HEADERS, 'content-security-policy': contentPolicy(nonce, connect) }
    // SECURITY: files are read only; there is nothing to send here.
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, headers: { ...headers, allow: 'GET, HEAD' }, body: null }
    const file = await pageFile(root, urlPath)
    const type = file && TYPES[extname(file).toLowerCase()]
    if (!file || !type) return { status: 404, headers, body: null }
    const body = await contents(file, type, nonce)
    if (!body) return { status: 404, headers, body: null }
    return {
      status: 200,
      headers: {
        ...headers,
        'content-type': type,
        'content-length': String(body.byteLength),
        // The nonce is good for one load. The other files carry a hash of their content in their names.
        'cache-control': urlPath.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
      },
      body: method === 'HEAD' ? null : body,
    }
  }
}

async function contents(file: string, type: string, nonce: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const bytes = await readFile(file)
    return type.startsWith('text/html')
      ? Buffer.from(bytes.toString('utf8').replaceAll(NONCE_PLACE, nonce))
      : bytes
  } catch {
    return null
  }
}
