import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import { type Procedure, type Refuse, stream, type World } from './world.ts'

export function connectorsRouter(
  world: World,
  enter: (procedure: Procedure, errors: Refuse) => Promise<void>,
) {
  const os = implement(contract).connectors
  const want = (connectorId: string, requested: 'starting' | 'stopping') =>
    world.connectors.set((before) => ({
      ...before,
      delta: {
        ...before.delta,
        changed: before.delta.changed.map((one) =>
          one.id === connectorId ? { ...one, requested, requestedAt: world.clock.now() } : one,
        ),
      },
    }))
  return {
    watch: os.watch.handler(async function* ({ signal, errors }) {
      await enter('connectors.watch', errors)
      for await (const { delta } of stream(world.connectors, signal)) yield delta
    }),
    refresh: os.refresh.handler(({ errors }) => enter('connectors.refresh', errors)),
    timeline: os.timeline.handler(async function* ({ input, signal, errors }) {
      await enter('connectors.timeline', errors)
      for await (const { events } of stream(world.connectors, signal))
        yield events.get(input.connectorId) ?? []
    }),
    logs: os.logs.handler(async function* ({ input, signal, errors }) {
      await enter('connectors.logs', errors)
      for await (const { logs, logsProblem } of stream(world.connectors, signal)) {
        const lines = logs.get(input.connectorId) ?? []
        yield { whole: true, lines, readAt: world.clock.now(), problem: logsProblem }
      }
    }),
    start: os.start.handler(async ({ input, errors }) => {
      await enter('connectors.start', errors)
      want(input.connectorId, 'starting')
    }),
    stop: os.stop.handler(async ({ input, errors }) => {
      await enter('connectors.stop', errors)
      want(input.connectorId, 'stopping')
    }),
  }
}
