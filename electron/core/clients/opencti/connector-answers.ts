import { z } from 'zod'
import { Id, LooseMoment, TextOrEmpty, TextOrNull } from './answers.ts'

/** What the platform answers of connectors, checked and bounded at the door. Times are the platform's, ms since the epoch. */

const Count = z
  .number()
  .nullish()
  .transform((count) => Math.max(0, Math.trunc(count ?? 0)))

const Health = z
  .object({
    restart_count: Count,
    started_at: LooseMoment,
    last_update: LooseMoment,
    is_in_reboot_loop: z.boolean().nullish(),
  })
  .transform((health) => ({
    restarts: health.restart_count,
    startedAt: health.started_at,
    at: health.last_update,
    inLoop: health.is_in_reboot_loop ?? false,
  }))

/** One shape for all documents: what an older platform does not answer is absent. */
const Connector = z
  .object({
    id: Id,
    name: TextOrEmpty,
    title: TextOrEmpty,
    active: z.boolean().nullish(),
    last_seen_at: LooseMoment,
    updated_at: LooseMoment,
    connector_type: TextOrEmpty,
    connector_user_id: Id.nullish(),
    connector_user: z.object({ id: Id, name: TextOrEmpty }).nullish(),
    built_in: z.boolean().nullish(),
    is_managed: z.boolean().nullish(),
    manager_requested_status: TextOrNull,
    manager_current_status: TextOrNull,
    manager_contract_image: TextOrNull,
    manager_contract_hash: TextOrNull,
    manager_health_metrics: Health.nullish(),
  })
  .transform((found) => ({
    id: found.id,
    name: found.name,
    title: found.title.trim() || found.name.trim() || found.id,
    type: found.connector_type,
    active: found.active ?? false,
    lastSeenAt: found.last_seen_at ?? found.updated_at,
    owner: ownerOf(found.connector_user_id ?? null, found.connector_user ?? null),
    builtIn: found.built_in ?? false,
    managed: found.is_managed ?? false,
    requestedStatus: found.manager_requested_status,
    currentStatus: found.manager_current_status,
    image: found.manager_contract_image,
    hash: found.manager_contract_hash,
    dated: true as boolean,
    health: found.manager_health_metrics ?? null,
  }))
export type PlatformConnector = z.output<typeof Connector>

function ownerOf(id: string | null, user: { id: string; name: string } | null) {
  if (user !== null) return user
  return id === null ? null : { id, name: '' }
}

/** One connector in a form that cannot be read does not hide the others. */
export const ConnectorsAnswer = z.object({ connectors: z.array(z.unknown()) }).transform(({ connectors }) => {
  const read = connectors.map((connector) => Connector.safeParse(connector))
  return {
    connectors: read.flatMap((result) => (result.success ? [result.data] : [])),
    unreadable: read.filter(({ success }) => !success).length,
  }
})

/** Lines may be of any length; who shows them defuses them. */
export const ConnectorLogsAnswer = z.object({
  connector: z
    .object({ manager_connector_logs: z.array(z.string().nullable()).nullish() })
    .nullable()
    .transform((connector) =>
      connector === null ? null : (connector.manager_connector_logs ?? []).filter((line) => line !== null),
    ),
})

export const ConnectorManagersAnswer = z.object({
  connectorManagers: z.array(
    z
      .object({
        id: Id,
        name: TextOrEmpty,
        public_key: z.string().max(16_384).nullish(),
        last_sync_execution: LooseMoment,
        about_version: TextOrNull,
        active: z.boolean().nullish(),
      })
      .transform((manager) => ({
        id: manager.id,
        name: manager.name,
        publicKey: manager.public_key ?? null,
        lastPingAt: manager.last_sync_execution,
        version: manager.about_version,
        active: manager.active ?? false,
      })),
  ),
})
