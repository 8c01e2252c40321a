import { equalDigests, sha256 } from '#base/crypto.ts'

export interface HealthAnswer {
  readonly status: 200 | 401 | 503
  readonly body: { readonly status: 'success' | 'unauthorized' | 'error'; readonly error?: string }
}

export interface Health {
  /** `GET /health?health_access_key=` (opencti-api.md §3.6) */
  check(given: string | null): HealthAnswer
  /** `GET /health/liveness`: the process answers */
  live(): HealthAnswer
  /** `GET /health/readiness`: it can serve requests; no longer once it stops, and it does not say why not */
  ready(): HealthAnswer
  /** From now on not ready: a load balancer is to look elsewhere. */
  stopping(): void
}

const SUCCESS: HealthAnswer = { status: 200, body: { status: 'success' } }

/**
 * Without a configured key, or with the default "ChangeMe", `/health` answers nobody; "public" asks for none. Liveness and
 * readiness need no key and tell nothing but yes and no.
 * @param probe throws when the database does not answer
 */
export function healthCheck(accessKey: string | null, probe: () => void): Health {
  let isStopping = false
  const state = (): HealthAnswer => {
    if (isStopping) return { status: 503, body: { status: 'error', error: 'platform: stopping' } }
    try {
      probe()
      return SUCCESS
    } catch {
      return { status: 503, body: { status: 'error', error: 'database: not answering' } }
    }
  }
  return {
    check(given) {
      const open = accessKey === 'public'
      const usable = accessKey !== null && accessKey !== '' && accessKey !== 'ChangeMe'
      // SECURITY: digests, so that the time says nothing about the key, not even its length.
      if (!open && !(usable && given !== null && equalDigests(sha256(given), sha256(accessKey))))
        return { status: 401, body: { status: 'unauthorized' } }
      return state()
    },
    live: () => SUCCESS,
    ready() {
      const { status } = state()
      return status === 200 ? SUCCESS : { status, body: { status: 'error' } }
    },
    stopping() {
      isStopping = true
    },
  }
}
