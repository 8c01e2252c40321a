import { z } from 'zod'
import type { Secret } from '#base/secret.ts'
import type { OpenCtiClient } from './opencti-client.ts'
import composerManagersDocument from './operations/composer-managers.graphql?raw'
import livenessDocument from './operations/liveness.graphql?raw'
import { RemoteError } from './remote-error.ts'

const Version = z
  .string()
  .max(200)
  .nullish()
  .transform((version) => version ?? null)
const Liveness = z.object({
  about: z.object({ version: Version }).nullish(),
  me: z.object({ id: z.string() }),
})
const Managers = z.object({
  connectorManagers: z.array(
    z.object({ id: z.string(), active: z.boolean(), about_version: Version }).nullable(),
  ),
})

/** The small questions that tell whether a platform is well. Each throws RemoteError. */
export class WatchOperations {
  readonly #client: OpenCtiClient

  constructor(client: OpenCtiClient) {
    this.#client = client
  }

  /** Whether the API answers this token. */
  async liveness(signal: AbortSignal): Promise<{ version: string | null; latencyMs: number }> {
    const { data, latencyMs } = await this.#client.ask(livenessDocument, {}, Liveness, signal)
    return { version: data.about?.version ?? null, latencyMs }
  }

  /** `GET /health` (opencti-api.md §3.6), as anybody who has the key may ask. */
  async health(
    key: Secret | null,
    signal: AbortSignal,
  ): Promise<{ status: number; latencyMs: number; retryAfter: string | null }> {
    // SECURITY: a `+` in a key would arrive as a space; encoded, it cannot end the parameter either.
    const query = key === null ? '' : `?health_access_key=${encodeURIComponent(key.expose())}`
    const { status, latencyMs, retryAfter } = await this.#client.read(`/health${query}`, {
      signal,
      asNobody: true,
    })
    return { status, latencyMs, retryAfter }
  }

  /** The composer managers that registered; null where this platform, or this token, has no word of them. */
  async composerManagers(signal: AbortSignal) {
    try {
      const { data, latencyMs } = await this.#client.ask(composerManagersDocument, {}, Managers, signal)
      const managers = data.connectorManagers.filter((manager) => manager !== null)
      return {
        managers: managers.map(({ active, about_version }) => ({ active, version: about_version })),
        latencyMs,
      }
    } catch (error) {
      if (error instanceof RemoteError && (error.unknownField || error.code === 'forbidden')) return null
      throw error
    }
  }
}
