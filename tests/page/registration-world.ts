import type { HeartbeatStatus, MonitorHistory, MonitorView } from '#shared/contract/heartbeat.ts'
import type { Registration, RegistrationDay } from '#shared/contract/registration.ts'
import { type MonitorKind, monitorId } from '#shared/domain/monitors.ts'
import { dayTimeline, POINT_MS } from '#shared/domain/registration.ts'

/** A platform that reports nothing of its registration but what every OpenCTI does. */
export function registration(
  connectionId: string,
  now: number,
  change: Partial<Registration> = {},
): Registration {
  const readAt = now - 4_000
  return {
    connectionId,
    state: 'unknown',
    module: {
      source: 'settings',
      known: { state: 'reported', value: { enabled: true, running: false, warning: false }, readAt },
    },
    enterprise: { source: 'settings', known: { state: 'not-reported', readAt } },
    chatbot: {
      source: 'chatbot-config',
      known: {
        state: 'reported',
        value: { xtmOneUrl: 'https://xtm-one.example.org', configured: true },
        readAt,
      },
    },
    record: { source: 'record', known: { state: 'not-reported', readAt } },
    health: {
      source: 'xtm-one-health',
      known: { state: 'reported', value: { healthy: true, version: '1.4.0', latencyMs: 41 }, readAt },
    },
    keys: {
      source: 'xtm-one-keys',
      known: {
        state: 'reported',
        value: { keyIds: ['k-2026-01'], issuer: 'https://xtm-one.example.org' },
        readAt,
      },
    },
    enterpriseLossAt: null,
    registerBar: 'not-reported',
    ...change,
  }
}

/** A local platform that registered two minutes ago, as it does every five. */
export function freshRegistration(
  connectionId: string,
  now: number,
  change: Partial<Registration> = {},
): Registration {
  const readAt = now - 4_000
  const startedAt = now - 120_000
  return registration(connectionId, now, {
    state: 'fresh',
    record: {
      source: 'record',
      known: {
        state: 'reported',
        readAt,
        value: {
          configuration: {
            state: 'active',
            url: 'https://xtm-one.example.org',
            profile: 'current',
            standIn: false,
          },
          running: false,
          nextAttemptAt: startedAt + POINT_MS,
          lastSuccessAt: startedAt + 180,
          attempts: [0, 1, 2].map((back) => ({
            startedAt: startedAt - back * POINT_MS,
            endedAt: startedAt - back * POINT_MS + 180,
            trigger: 'schedule' as const,
            outcome: back === 1 ? ('server-error' as const) : ('registered' as const),
            httpStatus: back === 1 ? 503 : 200,
            tries: back === 1 ? 4 : 1,
            detail: back === 1 ? 'Request failed with status 503' : null,
          })),
          lastAnswer: {
            receivedAt: startedAt + 180,
            status: 'registered',
            version: '1.4.0',
            eeEnabled: true,
            eeSources: ['xtm_sublicense'],
            userIntegrations: 0,
            chatTokenGiven: true,
            licence: null,
            intents: [
              {
                name: 'global.assistant',
                description: 'Answers questions',
                agents: [{ id: 'a1', name: 'Assistant', slug: 'assistant' }],
              },
            ],
          },
          preview: {
            fields: [
              { name: 'platform_identifier', value: 'opencti' },
              { name: 'platform_url', value: 'https://opencti.example.org' },
            ],
            intents: ['global.assistant', 'cti.container_summary'],
            credentials: null,
          },
          provisioned: null,
        },
      },
    },
    registerBar: null,
    ...change,
  })
}

export function registrationDay(now: number, reported: boolean): RegistrationDay {
  if (!reported) return { points: dayTimeline([], [], now), attempts: [], reported }
  const starts = Array.from({ length: 280 }, (_, index) => now - 120_000 - index * POINT_MS)
  const attempts = starts.map((startedAt) => ({
    startedAt,
    endedAt: startedAt + 180,
    trigger: 'schedule' as const,
    outcome: 'registered' as const,
    httpStatus: 200,
    tries: 1,
    detail: null,
  }))
  const ascending = attempts.toReversed().map(({ endedAt }) => ({ at: endedAt, succeeded: true }))
  const from = ascending[0]?.at ?? now
  return { points: dayTimeline(ascending, [{ from, to: now }], now), attempts, reported }
}

const TARGETS: Partial<Record<MonitorKind, string>> = { 'xtm-one': 'https://xtm-one.example.org' }

export function monitor(
  connectionId: string,
  kind: MonitorKind,
  now: number,
  change: Partial<MonitorView> = {},
): MonitorView {
  return {
    id: monitorId(kind, connectionId),
    connectionId,
    kind,
    target: TARGETS[kind] ?? 'https://opencti.example.org',
    everyMs: 60_000,
    state: 'up',
    since: now - 6 * 3_600_000,
    flapping: false,
    registration: null,
    version: kind === 'api' ? '7.260915.0' : null,
    last: { at: now - 20_000, outcome: 'good', latencyMs: 38, failure: null },
    quiet: null,
    ...change,
  }
}

/** Everything is well. */
export function heartbeatStatus(now: number): HeartbeatStatus {
  return {
    monitors: ['local', 'cert'].flatMap((id) => [
      monitor(id, 'health', now),
      monitor(id, 'api', now),
      monitor(id, 'xtm-one', now),
    ]),
    incidents: [],
    quietTimes: [],
    observer: 'watching',
  }
}

/** A day without a fault, and without a word about the night before the console was started. */
export function monitorHistory(now: number): MonitorHistory {
  const from = (Math.ceil(now / POINT_MS) - 288) * POINT_MS
  const points = Array.from({ length: 288 }, (_, index) => {
    const seen = index > 100
    return {
      from: from + index * POINT_MS,
      to: Math.min(now, from + (index + 1) * POINT_MS),
      good: seen ? 5 : 0,
      bad: 0,
      unobserved: 0,
      maintenance: 0,
      p50: seen ? 38 : null,
      p95: seen ? 61 : null,
      p99: seen ? 74 : null,
    }
  })
  const figures = { good: 935, bad: 0, unobserved: 0, maintenance: 0, uptime: 1, p50: 38, p95: 61, p99: 74 }
  return { points, figures }
}
