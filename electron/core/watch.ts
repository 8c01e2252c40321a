import { join } from 'node:path'
import { type Clock, systemClock } from '#base/clock.ts'
import { randomText } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { Secret } from '#base/secret.ts'
import type { Connection } from '#shared/contract/connections.ts'
import type { ConnectionsService } from './connections/connections-service.ts'
import { openHeartbeatDatabase } from './heartbeat/database.ts'
import { HeartbeatService, type Outside } from './heartbeat/heartbeat-service.ts'
import type { HeartbeatClock, PowerPort } from './heartbeat/monitor.ts'
import type { ActionLedger } from './ports/action-ledger.ts'
import type { SecretStore } from './ports/secret-store.ts'
import { RegistrationService } from './registration/registration-service.ts'

export interface WatchParts {
  readonly profileFolder: string
  readonly connections: ConnectionsService
  /** whether the embedded platform should run; one that was switched off is no outage */
  readonly isEmbeddedOn: () => boolean
  readonly embeddedHealthKey: () => Secret | null
  readonly ledger: ActionLedger
  readonly secretStore: SecretStore
  readonly outside: Outside
  readonly power: PowerPort | null
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

/** Registration and heartbeat, put together: what one reads the other judges, and both follow the connections. */
export function createWatch(parts: WatchParts) {
  const { connections, clock, logger } = parts
  const registration = new RegistrationService({
    sources: {
      list: () => connections.list.filter(({ kind }) => kind === 'opencti'),
      onChange: (heard) => connections.onChange(heard),
      client: (id) => connections.client(id),
      openAev: (id) => connections.openAev(id),
    },
    ledger: parts.ledger,
    clock,
  })
  const database = openHeartbeatDatabase(join(parts.profileFolder, 'heartbeat.sqlite'), (movedTo) =>
    logger.error({ movedTo }, 'The history of the heartbeats was damaged; it is moved aside and begun anew'),
  )
  const heartbeat = new HeartbeatService({
    database,
    clock: steady(clock),
    random: parts.random,
    newId: () => randomText(9),
    power: parts.power,
    outside: parts.outside,
    secretStore: parts.secretStore,
    sources: {
      connections: () => connections.list.filter(({ embedded }) => !embedded || parts.isEmbeddedOn()),
      client: (id) => connections.client(id),
      openAev: (id) => connections.openAev(id),
      embeddedHealthKey: parts.embeddedHealthKey,
      xtmOneUrl: (id) => registration.xtmOneUrl(id),
      readModule: async (id, signal) => (await registration.readPlatform(id, signal)).module,
      readRecord: (id, signal) => registration.readRecord(id, signal),
      readXtmOne: (id, signal) => registration.readXtmOne(id, signal),
    },
    log: logger,
    onAnswer: (id, answers) => void connections.heardOf(id, answers),
  })
  const unsubscribe = [
    connections.onChange(() => heartbeat.follow()),
    registration.onChange(() => heartbeat.follow()),
  ]

  return {
    registration,
    heartbeat,
    start(): void {
      registration.start()
      heartbeat.start()
    },
    /** Looks again at what there is to watch. */
    follow: (): void => heartbeat.follow(),
    /** A connection was removed. */
    forget(removed: Pick<Connection, 'id' | 'url'>): void {
      heartbeat
        .forget(removed)
        .catch((error: unknown) => logger.warn({ err: error }, 'a health key could not be forgotten'))
    },
    dispose(): void {
      for (const end of unsubscribe) end()
      heartbeat.dispose()
      registration.dispose()
      database.close()
    },
  }
}

/** Points are planned by what passes and stamped by the wall; a clock that was injected is both unless it says more. */
function steady(clock: Clock): HeartbeatClock {
  if ('monotonic' in clock) return clock as HeartbeatClock
  const monotonic = clock === systemClock ? () => performance.now() : () => clock.now()
  return { now: () => clock.now(), after: (ms, task) => clock.after(ms, task), monotonic }
}
