import type { Clock } from '#base/clock.ts'
import { KeyedQueue } from '#base/keyed-queue.ts'
import { Live } from '#base/live.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { Database } from '#base/sqlite.ts'
import type { ConnectorEvent, ConnectorsDelta, LogDelta } from '#shared/contract/connectors.ts'
import { healthOf, type Requested } from '#shared/domain/connector.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import type { ActionLedger, LedgerFacts } from '../ports/action-ledger.ts'
import { ConnectionConnectors } from './connection-connectors.ts'
import { ConnectorHistory } from './history.ts'
import { LogFollower } from './log-follower.ts'
import { LogHistory } from './log-history.ts'
import { ConnectorOwners } from './owners.ts'
import type { AnySession, Platforms } from './sessions.ts'
import type { Observations } from './snapshot.ts'
import { type ConnectorSource, sourceOf } from './source.ts'

export interface ConnectorsParts {
  readonly platforms: Platforms
  readonly ledger: ActionLedger
  /** made by `openConnectorsDatabase` */
  readonly database: Database
  readonly clock: Clock
  /** what the composer in the app sees of this connection's connectors; null: it does not serve it */
  readonly observations: (connectionId: string) => Observations
  readonly isReady: (connectionId: string) => boolean
}

interface OfConnector {
  readonly connectionId: string
  readonly connectorId: string
}

/** Connectors of all connections: how they stand, what happened to them, their logs, start and stop (C-06, C-07). */
export class ConnectorsService {
  readonly #parts: ConnectorsParts
  readonly #history: ConnectorHistory
  readonly #logs: LogHistory
  readonly #owners: ConnectorOwners
  readonly #connections = new Map<string, ConnectionConnectors>()
  readonly #followers = new Map<string, LogFollower>()
  /** What is wanted of one connector is said one after the other. */
  readonly #queue = new KeyedQueue()

  constructor(parts: ConnectorsParts) {
    this.#parts = parts
    this.#history = new ConnectorHistory(parts.database)
    this.#logs = new LogHistory(parts.database)
    this.#owners = new ConnectorOwners(parts.database, parts.clock)
  }

  watch(connectionId: string, signal?: AbortSignal): AsyncGenerator<ConnectorsDelta> {
    return this.#of(connectionId).watch(signal)
  }

  refresh(connectionId: string): Promise<void> {
    return this.#of(connectionId).readAll()
  }

  /** These connections are kept an eye on; others only while somebody looks. */
  follow(connectionIds: readonly string[]): void {
    for (const id of connectionIds) this.#of(id)
  }

  /** The composer in the app saw something, or serves another connection now. */
  observed(): void {
    for (const connection of this.#connections.values()) connection.look()
  }

  async *timeline(
    { connectionId, connectorId }: OfConnector,
    signal?: AbortSignal,
  ): AsyncGenerator<ConnectorEvent[]> {
    const live = new Live(this.#history.events(connectionId, connectorId))
    const end = this.#history.onEvents((changedConnection, connectorIds) => {
      if (changedConnection === connectionId && connectorIds.has(connectorId))
        live.set(this.#history.events(connectionId, connectorId))
    })
    try {
      yield* live.watch(signal)
    } finally {
      end()
    }
  }

  logs({ connectionId, connectorId }: OfConnector, signal?: AbortSignal): AsyncGenerator<LogDelta> {
    return this.#follower(connectionId, connectorId).watch(signal)
  }

  /**
   * Says what is wanted: ledger record, mutation, read-back. It is done when the platform lists the new wish; the composer
   * follows it by itself.
   * @throws ProblemError `connector-not-found`, `missing-capability`, `not-as-asked`, …
   */
  async request({ connectionId, connectorId }: OfConnector, wanted: Requested): Promise<void> {
    return this.#parts.platforms.withAny(connectionId, (session) =>
      this.#queue.run(`${connectionId} ${connectorId}`, async () => {
        const source = sourceOf(session, 'MODULES_MODMANAGE')
        const { ledger } = this.#parts
        const facts = await this.#factsOf(session, source, connectorId)
        const intent = await ledger.begin(wanted === 'starting' ? 'connector.start' : 'connector.stop', facts)
        let lost: unknown = null
        try {
          await source.request(connectorId, wanted)
        } catch (error) {
          if (error instanceof RemoteError && error.execution === 'no') {
            ledger.end(intent, 'failed', { problem: error.code })
            throw error
          }
          lost = error
        }
        const answer: LedgerFacts = lost === null ? {} : { answer: asProblem(lost).code }
        let requested: Requested | null
        try {
          requested = await this.#readBack(connectionId, source, connectorId)
        } catch (error) {
          ledger.end(intent, 'unknown', answer)
          throw lost ?? error
        }
        if (requested === wanted) return ledger.end(intent, 'done', { ...answer, requested })
        ledger.end(intent, 'failed', { ...answer, requested, problem: 'not-as-asked' })
        throw lost ?? new ProblemError('not-as-asked')
      }),
    )
  }

  /** The connection is removed: so is everything known of its connectors. */
  forget(connectionId: string): void {
    this.#connections.get(connectionId)?.dispose()
    this.#connections.delete(connectionId)
    for (const [key, follower] of this.#followers) {
      if (!key.startsWith(`${connectionId} `)) continue
      follower.dispose()
      this.#followers.delete(key)
    }
    this.#history.forget(connectionId)
  }

  dispose(): void {
    for (const connection of this.#connections.values()) connection.dispose()
    for (const follower of this.#followers.values()) follower.dispose()
  }

  /** Who asks what of which connector, and what was wanted before. */
  async #factsOf(
    { identity, connection }: AnySession,
    source: ConnectorSource,
    connectorId: string,
  ): Promise<LedgerFacts> {
    const listed = await source.list('newest')
    this.#of(connection.id).take(listed)
    const connector = this.#of(connection.id).current.connectors.get(connectorId)
    if (!connector?.managed) throw new ProblemError('connector-not-found')
    return {
      connectionId: connection.id,
      url: connection.url,
      actorId: identity.userId,
      actor: identity.email,
      connectorId,
      connector: connector.name,
      before: connector.requested,
      reported: connector.reported,
    }
  }

  async #readBack(
    connectionId: string,
    source: ConnectorSource,
    connectorId: string,
  ): Promise<Requested | null> {
    this.#of(connectionId).take(await source.list('newest'))
    return this.#of(connectionId).current.connectors.get(connectorId)?.requested ?? null
  }

  #of(connectionId: string): ConnectionConnectors {
    let connection = this.#connections.get(connectionId)
    if (!connection) {
      const { platforms, clock, observations, isReady } = this.#parts
      connection = new ConnectionConnectors({
        connectionId,
        use: (work) => platforms.withAny(connectionId, work),
        history: this.#history,
        owners: this.#owners,
        observations: () => observations(connectionId),
        isReady: () => isReady(connectionId),
        clock,
      })
      this.#connections.set(connectionId, connection)
    }
    return connection
  }

  #follower(connectionId: string, connectorId: string): LogFollower {
    const key = `${connectionId} ${connectorId}`
    let follower = this.#followers.get(key)
    if (!follower) {
      follower = new LogFollower({
        connectionId,
        connectorId,
        use: (work) => this.#parts.platforms.withAny(connectionId, work),
        history: this.#logs,
        run: () => this.#runOf(connectionId, connectorId),
        clock: this.#parts.clock,
      })
      this.#followers.set(key, follower)
    }
    return follower
  }

  #runOf(connectionId: string, connectorId: string) {
    const { connectors, clockSkewMs } = this.#of(connectionId).current
    const connector = connectors.get(connectorId)
    const startedAt = connector ? (healthOf(connector)?.startedAt ?? null) : null
    return { run: startedAt, skewMs: clockSkewMs }
  }
}
