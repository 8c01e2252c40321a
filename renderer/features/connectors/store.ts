import { createStore, type StoreApi } from 'zustand/vanilla'
import type {
  Connector,
  ConnectorEvent,
  ConnectorsDelta,
  LogLine,
  Owner,
} from '#shared/contract/connectors.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

/** How the last reading went, and what is told besides the connectors. */
export type ConnectorsStatus = Omit<ConnectorsDelta, 'whole' | 'changed' | 'gone' | 'owners'>

/** What is known of the connector that is looked at closely. */
export interface ConnectorDetail {
  connectorId: string
  /** null until told */
  events: readonly ConnectorEvent[] | null
  /** null until told; the newest, as many as the core keeps */
  lines: readonly LogLine[] | null
  logReadAt: number | null
  logProblem: Problem | null
}

export interface ConnectorsState {
  connectionId: string | null
  connectors: ReadonlyMap<string, Connector>
  /** null until the core has spoken of this connection */
  status: ConnectorsStatus | null
  owners: readonly Owner[] | null
  detail: ConnectorDetail | null
  /** the connector that is asked about before it is stopped */
  stopping: Connector | null
}

export interface ConnectorsActions {
  /** Turns to another connection: everything known of the one before is dropped. */
  turnTo(connectionId: string | null): void
  /** Keeps what is shown up to date, which the core does only while somebody looks; returns the end of that. */
  follow(): () => void
  /** @param logs whether it has a log that somebody sends */
  followDetail(connectorId: string, logs: boolean): () => void
  refresh(): Promise<void>
  /** null when it was done */
  request(connectorId: string, wanted: 'start' | 'stop'): Promise<Problem | null>
  askToStop(connector: Connector | null): void
}

export type ConnectorsStore = StoreApi<ConnectorsState> & { readonly actions: ConnectorsActions }

/** As many as the core keeps of a connector. */
const MOST_LINES = 2_000

const NOTHING: ConnectorsState = {
  connectionId: null,
  connectors: new Map(),
  status: null,
  owners: null,
  detail: null,
  stopping: null,
}

export function createConnectorsStore(host: Host): ConnectorsStore {
  const store = createStore<ConnectorsState>(() => NOTHING)
  let followers = 0
  let unfollow = (): void => {}

  function take({ whole, changed, gone, owners, ...status }: ConnectorsDelta): void {
    store.setState((before) => {
      const connectors = whole ? new Map<string, Connector>() : new Map(before.connectors)
      for (const connector of changed) connectors.set(connector.id, connector)
      for (const id of gone) connectors.delete(id)
      return { connectors, status, owners: owners === undefined ? before.owners : owners }
    })
  }

  /** One stream, however many parts of the page look. */
  function open(): void {
    unfollow()
    const { connectionId } = store.getState()
    if (connectionId === null || followers === 0) return
    unfollow = host.follow(
      (client, options) => client.connectors.watch({ connectionId }, options),
      (delta) => {
        if (store.getState().connectionId === connectionId) take(delta)
      },
    )
  }

  const actions: ConnectorsActions = {
    turnTo(connectionId) {
      if (connectionId === store.getState().connectionId) return
      store.setState({ ...NOTHING, connectionId }, true)
      open()
    },
    follow() {
      followers++
      if (followers === 1) open()
      let ended = false
      return () => {
        if (ended) return
        ended = true
        followers--
        if (followers === 0) unfollow()
      }
    },
    followDetail(connectorId, logs) {
      const { connectionId } = store.getState()
      if (connectionId === null) return () => {}
      const fresh = { connectorId, events: null, lines: null, logReadAt: null, logProblem: null }
      store.setState({ detail: fresh })
      const change = (part: (before: ConnectorDetail) => Partial<ConnectorDetail>): void => {
        store.setState(({ detail }) =>
          detail?.connectorId === connectorId ? { detail: { ...detail, ...part(detail) } } : {},
        )
      }
      const input = { connectionId, connectorId }
      const followLogs = () =>
        host.follow(
          (client, options) => client.connectors.logs(input, options),
          ({ whole, lines, readAt, problem }) =>
            change((before) => ({
              lines: [...(whole ? [] : (before.lines ?? [])), ...lines].slice(-MOST_LINES),
              logReadAt: readAt,
              logProblem: problem,
            })),
          (error) => change(() => ({ logProblem: problemOf(error) })),
        )
      const ends = [
        host.follow(
          (client, options) => client.connectors.timeline(input, options),
          (events) => change(() => ({ events })),
        ),
        ...(logs ? [followLogs()] : []),
      ]
      return () => {
        for (const end of ends) end()
        store.setState(({ detail }) => (detail?.connectorId === connectorId ? { detail: null } : {}))
      }
    },
    async refresh() {
      const { connectionId } = store.getState()
      // How it went comes with the stream.
      if (connectionId !== null) await host.client.connectors.refresh({ connectionId }).catch(() => {})
    },
    async request(connectorId, wanted) {
      const { connectionId } = store.getState()
      if (connectionId === null) return { code: 'no-connection', detail: null }
      try {
        await host.client.connectors[wanted]({ connectionId, connectorId })
        return null
      } catch (error) {
        return problemOf(error)
      }
    },
    askToStop: (stopping) => store.setState({ stopping }),
  }
  return Object.assign(store, { actions })
}
