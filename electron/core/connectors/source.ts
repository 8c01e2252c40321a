import type { Requested } from '#shared/domain/connector.ts'
import { OpenAevConnectors } from '../clients/openaev/openaev-connectors.ts'
import {
  type ConnectorDialect,
  ConnectorOperations,
  type ListedConnectors,
} from '../clients/opencti/connector-operations.ts'
import { type AnySession, requireCapability } from './sessions.ts'

/** The connectors of a platform, whichever it is. Each method throws RemoteError. */
export interface ConnectorSource {
  list(dialect: ConnectorDialect): Promise<ListedConnectors>
  /** The lines that a composer pushed last, oldest first; null: there is no such connector. */
  logs(id: string): Promise<readonly string[] | null>
  /** Says what is wanted of a managed connector; its composer does it. */
  request(id: string, wanted: Requested): Promise<void>
}

/**
 * @param wanted the right in OpenCTI's words; OpenAEV has others and says itself what is missing
 * @throws ProblemError `missing-capability`
 */
export function sourceOf(session: AnySession, wanted: 'MODULES' | 'MODULES_MODMANAGE'): ConnectorSource {
  if ('openAev' in session) return new OpenAevConnectors(session.openAev)
  requireCapability(session.identity, wanted)
  return new ConnectorOperations(session.client)
}
