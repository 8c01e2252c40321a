import type { Requested } from '#shared/domain/connector.ts'
import { AnyAnswer } from './answers.ts'
import {
  ConnectorLogsAnswer,
  ConnectorManagersAnswer,
  ConnectorsAnswer,
  type PlatformConnector,
} from './connector-answers.ts'
import type { OpenCtiClient } from './opencti-client.ts'
import logsDocument from './operations/connector-logs.graphql?raw'
import managersDocument from './operations/connector-managers.graphql?raw'
import requestStatusDocument from './operations/connector-request-status.graphql?raw'
import connectorsEarlierDocument from './operations/connectors-earlier.graphql?raw'
import connectorsNewestDocument from './operations/connectors-newest.graphql?raw'
import connectorsOldDocument from './operations/connectors-old.graphql?raw'
import { RemoteError } from './remote-error.ts'

/** How much a platform knows of its connectors, newest first; `old` knows of no managed ones. */
export const CONNECTOR_DIALECTS = ['newest', 'earlier', 'old'] as const
export type ConnectorDialect = (typeof CONNECTOR_DIALECTS)[number]

const DOCUMENTS: Record<ConnectorDialect, string> = {
  newest: connectorsNewestDocument,
  earlier: connectorsEarlierDocument,
  old: connectorsOldDocument,
}

export interface ListedConnectors {
  readonly connectors: readonly PlatformConnector[]
  /** answered in a form that cannot be read */
  readonly unreadable: number
  /** kinds that are kept from this token; OpenCTI knows none */
  readonly unseen: readonly ('collector' | 'injector' | 'executor')[]
  readonly skewMs: number
  /** what the platform understood */
  readonly dialect: ConnectorDialect
}

/** A platform's connectors (opencti-api.md §5). Each method throws RemoteError. */
export class ConnectorOperations {
  readonly #client: OpenCtiClient

  constructor(client: OpenCtiClient) {
    this.#client = client
  }

  /**
   * All connectors in one call. `connectorsForManagers` would make tokens (opencti-api.md §5.2), so it is the composer's alone.
   * @param dialect the newest one to try: where it is not understood, the next one is
   */
  async list(dialect: ConnectorDialect): Promise<ListedConnectors> {
    try {
      const { data, skewMs } = await this.#client.ask(DOCUMENTS[dialect], {}, ConnectorsAnswer)
      return { ...data, unseen: [], skewMs, dialect }
    } catch (error) {
      const next = CONNECTOR_DIALECTS[CONNECTOR_DIALECTS.indexOf(dialect) + 1]
      if (next === undefined || !(error instanceof RemoteError) || !error.unknownField) throw error
      return this.list(next)
    }
  }

  /** The lines that a composer pushed last, oldest first; null: there is no such connector. */
  async logs(id: string): Promise<readonly string[] | null> {
    const { data } = await this.#client.ask(logsDocument, { id }, ConnectorLogsAnswer)
    return data.connector
  }

  async managers() {
    const { data, skewMs } = await this.#client.ask(managersDocument, {}, ConnectorManagersAnswer)
    return { managers: data.connectorManagers, skewMs }
  }

  /** Says what is wanted of a managed connector; its composer does it. */
  async request(id: string, status: Requested): Promise<void> {
    await this.#client.ask(requestStatusDocument, { input: { id, status } }, AnyAnswer)
  }
}
