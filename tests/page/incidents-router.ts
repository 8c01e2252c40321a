import { implement } from '@orpc/server'
import type { HoldingsOfOwner, Incident, Preview } from '#shared/contract/incidents.ts'
import { contract } from '#shared/contract/index.ts'
import { lastFour } from '#shared/domain/token.ts'
import { type KnownIncident, keepIncident, knownIncident, stepsFor } from './incidents-world.ts'
import { ME, type Person } from './people.ts'
import { type Procedure, type Refuse, stream, type World } from './world.ts'

/** Incidents on the world in memory: they begin as planned and go no further than a test takes them. */
export function incidentsRouter(
  world: World,
  enter: (procedure: Procedure, errors: Refuse) => Promise<void>,
) {
  const os = implement(contract).incidents
  const { incidents } = world

  const person = (id: string, errors: Refuse): Person => {
    const found = world.people.find(({ user }) => user.id === id)
    if (!found) throw errors.PROBLEM({ data: { code: 'user-not-found', detail: null } })
    return found
  }
  const known = (id: string, errors: Refuse): KnownIncident => {
    const found = incidents.known.get().get(id)
    if (!found) throw errors.PROBLEM({ data: { code: 'incident-not-found', detail: null } })
    return found
  }
  const become = (id: string, change: Partial<Incident>, errors: Refuse): Incident => {
    const before = known(id, errors)
    const after = { ...before, incident: { ...before.incident, ...change } }
    keepIncident(incidents, after)
    return after.incident
  }

  const holdings = (
    { user, tokens, sessions }: Person,
    chosen: readonly string[] | null,
  ): HoldingsOfOwner => ({
    user: { ...user, tokenCount: tokens.length, isMe: user.id === ME },
    tokens: tokens
      .filter(({ id }) => chosen?.includes(id) ?? true)
      .map((token) => ({
        ...token,
        own: user.id === ME && lastFour(token.maskedToken) === incidents.ownEnding,
      })),
    missing: (chosen ?? []).filter((id) => !tokens.some((token) => token.id === id)),
    sessions: incidents.preview.unknowns.some(({ what }) => what === 'sessions') ? null : sessions.length,
    connectors: incidents.preview.unknowns.some(({ what }) => what === 'connectors')
      ? null
      : (incidents.connectors.get(user.id) ?? []),
  })
  const preview = (owners: HoldingsOfOwner[], missingUsers: string[]): Preview => ({
    ...incidents.preview,
    owners,
    missingUsers,
    readAt: world.clock.now(),
    clockSkewMs: world.skewMs,
  })
  const begin = (kind: Incident['kind'], reason: string, steps: ReturnType<typeof stepsFor>): Incident => {
    const id = `incident-${incidents.known.get().size + 1}`
    const begun = knownIncident({ id, kind, reason, startedAt: world.clock.now() }, steps)
    keepIncident(incidents, begun)
    return begun.incident
  }
  const file = (name: string, mediaType: string) => ({ name, mediaType, text: '{}' })

  return {
    preview: os.preview.handler(async ({ input, errors }) => {
      await enter('incidents.preview', errors)
      const found = input.targets.flatMap(({ userId, tokenIds }) => {
        const holder = world.people.find(({ user }) => user.id === userId)
        return holder ? [holdings(holder, tokenIds)] : []
      })
      return preview(found, [])
    }),
    previewUser: os.previewUser.handler(async ({ input, errors }) => {
      await enter('incidents.previewUser', errors)
      return preview([holdings(person(input.userId, errors), null)], [])
    }),
    revoke: os.revoke.handler(async ({ input, errors }) => {
      await enter('incidents.revoke', errors)
      const plan = input.targets.map(({ userId, tokenIds }) => {
        return { person: person(userId, errors), kinds: ['token'] as const, tokenIds }
      })
      return begin('bulk', input.reason, stepsFor(incidents, plan))
    }),
    contain: os.contain.handler(async ({ input, errors }) => {
      await enter('incidents.contain', errors)
      const kinds = [
        ...(input.sessions ? (['sessions'] as const) : []),
        ...(input.lock ? (['lock'] as const) : []),
        ...(input.tokens ? (['token'] as const) : []),
      ]
      return begin(
        'lost-device',
        input.reason,
        stepsFor(incidents, [{ person: person(input.userId, errors), kinds }]),
      )
    }),
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const all of stream(incidents.known, signal)) {
        yield [...all.values()].map(({ incident }) => incident).reverse()
      }
    }),
    follow: os.follow.handler(async function* ({ input, signal, errors }) {
      await enter('incidents.follow', errors)
      known(input.id, errors)
      for await (const all of stream(incidents.known, signal)) {
        const now = all.get(input.id)
        if (now) yield { incident: now.incident, steps: [...now.steps] }
      }
    }),
    stop: os.stop.handler(async ({ input, errors }) => {
      await enter('incidents.stop', errors)
      return become(input.id, { phase: 'stopped', nextAt: null, problem: null }, errors)
    }),
    resume: os.resume.handler(async ({ input, errors }) => {
      await enter('incidents.resume', errors)
      return become(input.id, { phase: 'running', nextAt: null, problem: null }, errors)
    }),
    retry: os.retry.handler(async ({ input, errors }) => {
      await enter('incidents.retry', errors)
      return become(input.id, { phase: 'running', endedAt: null }, errors)
    }),
    rescan: os.rescan.handler(async ({ input, errors }) => {
      await enter('incidents.rescan', errors)
      return known(input.id, errors).incident
    }),
    probe: os.probe.handler(async ({ errors }) => {
      await enter('incidents.probe', errors)
      return { refused: incidents.refuses, position: null }
    }),
    report: os.report.handler(async ({ input, errors }) => {
      await enter('incidents.report', errors)
      return file(`report.${input.format}`, input.format === 'json' ? 'application/json' : 'text/html')
    }),
    results: os.results.handler(async ({ input, errors }) => {
      await enter('incidents.results', errors)
      return file(`results.${input.format}`, input.format === 'json' ? 'application/json' : 'text/csv')
    }),
    reportKey: os.reportKey.handler(async ({ errors }) => {
      await enter('incidents.reportKey', errors)
      return { ...file('gatehouse-report-key.pem', 'application/x-pem-file'), fingerprint: 'SHA256:fake' }
    }),
  }
}
