import { retryAfterMs } from '#base/retry-after.ts'
import type { Secret } from '#base/secret.ts'
import type { Fact, ManagerModule, RegistrationRecord, XtmOneHealth } from '#shared/contract/registration.ts'
import type { MonitorKind } from '#shared/domain/monitors.ts'
import type { OpenAevClient } from '../clients/openaev/openaev-client.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import { WatchOperations } from '../clients/opencti/watch-operations.ts'
import type { Reading } from './monitor.ts'
import { readingOfFailure, readingOfProblem } from './probe-failure.ts'

/** Of a registration's record what its monitor needs. */
type RegistrationAge = Pick<RegistrationRecord, 'configuration'> & {
  /** of the last success by the platform's own clock; null = never */
  readonly ageMs: number | null
}

/** What can be asked of a connection, by whoever knows how. */
export interface ProbeSources {
  now(): number
  /** @throws ProblemError */
  client(connectionId: string): Promise<OpenCtiClient>
  /** null: it is no OpenAEV. @throws ProblemError */
  openAev(connectionId: string): Promise<OpenAevClient | null>
  healthKey(connectionId: string): Promise<Secret | null>
  readModule(connectionId: string, signal: AbortSignal): Promise<Fact<ManagerModule>['known']>
  readRecord(
    connectionId: string,
    signal: AbortSignal,
  ): Promise<{ record: Fact<RegistrationAge>['known']; latencyMs: number }>
  readXtmOne(
    connectionId: string,
    signal: AbortSignal,
  ): Promise<{ health: Fact<XtmOneHealth>['known']; retryAfter: string | null }>
}

/** This platform has no such thing; one that is upgraded has it later. */
const NOT_SERVED: Reading = { outcome: 'unobserved', why: 'not-served', retryAfterMs: 300_000 }

type Probe = (connectionId: string, signal: AbortSignal) => Promise<Reading>

/** How each kind of thing is looked at (H-01). A probe never throws. */
export function createProbes(sources: ProbeSources): Record<MonitorKind, Probe> {
  const { now } = sources
  const operations = async (id: string) => new WatchOperations(await sources.client(id))
  /** Connections whose composer was reachable: OpenAEV answers the same of one that is gone and of none at all. */
  const hadComposer = new Set<string>()
  const careful =
    (probe: Probe): Probe =>
    (id, signal) =>
      probe(id, signal).catch((error: unknown) => readingOfFailure(error, now()))

  return {
    api: careful(async (id, signal) => {
      const openAev = await sources.openAev(id)
      const { version, latencyMs } = await (openAev ?? (await operations(id))).liveness(signal)
      return { outcome: 'good', latencyMs, version }
    }),

    health: careful(async (id, signal) => {
      const key = await sources.healthKey(id)
      const openAev = await sources.openAev(id)
      const { status, latencyMs, retryAfter } = await (openAev ?? (await operations(id))).health(key, signal)
      const wait = retryAfterMs(retryAfter, now())
      if (status === 200) return { outcome: 'good', latencyMs }
      // The door is closed to us; what is behind it may be well.
      if (status === 401) {
        return { outcome: 'unobserved', why: key === null ? 'health-key-missing' : 'health-key-wrong' }
      }
      if (status === 404) return NOT_SERVED
      if (status === 429) return { outcome: 'unobserved', why: 'rate-limited', retryAfterMs: wait }
      return { outcome: 'bad', failure: 'unhealthy', unreached: false, retryAfterMs: wait }
    }),

    module: careful(async (id, signal) => {
      const from = now()
      const module = await sources.readModule(id, signal)
      if (module.state === 'failed') return readingOfProblem(module.problem.code)
      if (module.state !== 'reported') return NOT_SERVED
      if (!module.value.enabled) return { outcome: 'unobserved', why: 'module-off' }
      return module.value.warning
        ? { outcome: 'bad', failure: 'module-warning', unreached: false }
        : { outcome: 'good', latencyMs: now() - from }
    }),

    registration: careful(async (id, signal) => {
      const { record, latencyMs } = await sources.readRecord(id, signal)
      // Not for this token: nothing to watch with it.
      if (record.state === 'failed' && record.problem.code === 'forbidden') return NOT_SERVED
      if (record.state === 'failed') return readingOfProblem(record.problem.code)
      if (record.state !== 'reported') return NOT_SERVED
      const { configuration, ageMs } = record.value
      if (configuration.state !== 'active') return { outcome: 'unobserved', why: 'module-off' }
      return { outcome: 'registration', ageMs, latencyMs }
    }),

    'xtm-one': careful(async (id, signal) => {
      const { health, retryAfter } = await sources.readXtmOne(id, signal)
      if (health.state === 'failed') return readingOfProblem(health.problem.code)
      if (health.state !== 'reported') return NOT_SERVED
      const { healthy, latencyMs, version } = health.value
      return healthy
        ? { outcome: 'good', latencyMs, version }
        : {
            outcome: 'bad',
            failure: 'unhealthy',
            unreached: false,
            retryAfterMs: retryAfterMs(retryAfter, now()),
          }
    }),

    manager: careful(async (id, signal) => {
      const openAev = await sources.openAev(id)
      if (openAev !== null) {
        const { data: isReachable, latencyMs } = await openAev.isComposerReachable(signal)
        if (isReachable) hadComposer.add(id)
        if (!isReachable && hadComposer.has(id))
          return { outcome: 'bad', failure: 'manager-silent', unreached: false }
        return isReachable ? { outcome: 'good', latencyMs } : NOT_SERVED
      }
      const found = await (await operations(id)).composerManagers(signal)
      if (found === null || found.managers.length === 0) return NOT_SERVED
      // One that was replaced stays in the list for ever, so it is enough that one lives.
      const active = found.managers.filter((manager) => manager.active)
      if (active.length === 0) return { outcome: 'bad', failure: 'manager-silent', unreached: false }
      return { outcome: 'good', latencyMs: found.latencyMs, version: active[0]?.version ?? null }
    }),
  }
}
