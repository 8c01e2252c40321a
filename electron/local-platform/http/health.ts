import { equalDigests, sha256 } from '#base/crypto.ts'

export interface HealthAnswer {
  readonly status: 200 | 401 | 503
  readonly body: { readonly status: 'success' | 'unauthorized' | 'error'; readonly error?: string }
}

/**
 * `GET /health?health_access_key=` (opencti-api.md §3.6). Without a configured key, or with the default "ChangeMe", it
 * answers nobody; "public" asks for none.
 * @param probe throws when the database does not answer
 */
export function healthCheck(
  accessKey: string | null,
  probe: () => void,
): (given: string | null) => HealthAnswer {
  return (given) => {
    const open = accessKey === 'public'
    const usable = accessKey !== null && accessKey !== '' && accessKey !== 'ChangeMe'
    // SECURITY: digests, so that the time says nothing about the key, not even its length.
    if (!open && !(usable && given !== null && equalDigests(sha256(given), sha256(accessKey))))
      return { status: 401, body: { status: 'unauthorized' } }
    try {
      probe()
      return { status: 200, body: { status: 'success' } }
    } catch {
      return { status: 503, body: { status: 'error', error: 'database: not answering' } }
    }
  }
}
