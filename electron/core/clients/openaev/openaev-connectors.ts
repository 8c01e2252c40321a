import type { Requested } from '#shared/domain/connector.ts'
import type { PlatformConnector } from '../opencti/connector-answers.ts'
import type { ListedConnectors } from '../opencti/connector-operations.ts'
import { RemoteError } from '../opencti/remote-error.ts'
import { OPENAEV_KINDS, type OpenAevKind, type OpenAevListed } from './answers.ts'
import type { OpenAevClient } from './openaev-client.ts'

type Listed = Awaited<ReturnType<OpenAevClient['list']>>

/** Collectors, injectors and executors in the words of connectors. Each method throws RemoteError. */
export class OpenAevConnectors {
  readonly #client: OpenAevClient

  constructor(client: OpenAevClient) {
    this.#client = client
  }

  /** All kinds. What this token may not see, or this version does not have, is named; when that is everything it is the failure. */
  async list(): Promise<ListedConnectors> {
    const read = await Promise.all(OPENAEV_KINDS.map((kind) => this.#ofKind(kind)))
    const seen = read.flatMap(({ listed }) => (listed === null ? [] : [listed]))
    if (seen.length === 0) throw read.find(({ refusal }) => refusal !== null)?.refusal
    return {
      connectors: seen.flatMap(({ found }) => found.map(connectorOf)),
      unreadable: seen.reduce((sum, { unreadable }) => sum + unreadable, 0),
      unseen: read.flatMap(({ kind, listed }) => (listed === null ? [kind] : [])),
      skewMs: seen[0]?.skewMs ?? 0,
      dialect: 'newest',
    }
  }

  async logs(id: string): Promise<readonly string[] | null> {
    return this.#client.logs(id)
  }

  async request(id: string, wanted: Requested): Promise<void> {
    await this.#client.request(id, wanted)
  }

  async #ofKind(
    kind: OpenAevKind,
  ): Promise<{ kind: OpenAevKind; listed: Listed | null; refusal: RemoteError | null }> {
    try {
      return { kind, listed: await this.#client.list(kind), refusal: null }
    } catch (error) {
      const isHidden =
        error instanceof RemoteError && (error.code === 'role-missing' || error.httpStatus === 404)
      if (!isHidden) throw error
      return { kind, listed: null, refusal: error }
    }
  }
}

/** One with an instance is run by a composer, and goes by the instance's id: so the composer calls it too. */
function connectorOf({ kind, id, name, isExternal, lastSeenAt, instance }: OpenAevListed): PlatformConnector {
  return {
    id: instance?.id ?? id,
    name,
    title: name.trim() || id,
    type: kind.toUpperCase(),
    active: false,
    lastSeenAt,
    // OpenAEV does not tell as whom they act.
    owner: null,
    builtIn: isExternal === false && instance === null,
    managed: instance !== null,
    requestedStatus: instance?.requestedStatus ?? null,
    currentStatus: instance?.currentStatus ?? null,
    // Both are told to the composer alone, with the connector's settings.
    image: null,
    hash: null,
    dated: false,
    health: instance?.health ? { ...instance.health, at: null } : null,
  }
}
