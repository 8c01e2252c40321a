import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import { monitorHistory, registration, registrationDay } from './registration-world.ts'
import { type Procedure, type Refuse, stream, type World } from './world.ts'

type Enter = (procedure: Procedure, errors: Refuse) => Promise<void>

export function registrationRouter(world: World, enter: Enter) {
  const os = implement(contract).registration
  const of = (id: string) => world.registrations.get(id) ?? registration(id, world.clock.now())
  return {
    watch: os.watch.handler(async function* ({ input, signal, errors }) {
      await enter('registration.watch', errors)
      for await (const _ of stream(world.registrationsChanged, signal)) yield of(input.connectionId)
    }),
    refresh: os.refresh.handler(async ({ input, errors }) => {
      await enter('registration.refresh', errors)
      return of(input.connectionId)
    }),
    registerNow: os.registerNow.handler(async ({ input, errors }) => {
      await enter('registration.registerNow', errors)
      return of(input.connectionId)
    }),
    openAev: os.openAev.handler(async ({ errors }) => {
      await enter('registration.openAev', errors)
      return world.openAevXtmOne
    }),
    local: os.local.handler(async ({ errors }) => {
      await enter('registration.local', errors)
      return world.localXtmOne.get()
    }),
    setLocal: os.setLocal.handler(async ({ input: { token, ...chosen }, errors }) => {
      await enter('registration.setLocal', errors)
      world.localXtmOne.set((before) => ({ ...chosen, hasToken: token !== null || before.hasToken }))
      return world.localXtmOne.get()
    }),
    day: os.day.handler(async ({ input, errors }) => {
      await enter('registration.day', errors)
      return registrationDay(world.clock.now(), of(input.connectionId).record.known.state === 'reported')
    }),
  }
}

export function heartbeatRouter(world: World, enter: Enter) {
  const os = implement(contract).heartbeat
  return {
    watch: os.watch.handler(async function* ({ signal, errors }) {
      await enter('heartbeat.watch', errors)
      yield* stream(world.heartbeat, signal)
    }),
    history: os.history.handler(async ({ errors }) => {
      await enter('heartbeat.history', errors)
      return world.monitorHistory ?? monitorHistory(world.clock.now())
    }),
    incidents: os.incidents.handler(async ({ errors }) => {
      await enter('heartbeat.incidents', errors)
      return { incidents: world.pastIncidents, nextBefore: null }
    }),
    journal: os.journal.handler(async ({ errors }) => {
      await enter('heartbeat.journal', errors)
      return { entries: world.journal, nextBefore: null }
    }),
    lookNow: os.lookNow.handler(({ errors }) => enter('heartbeat.lookNow', errors)),
    keepQuiet: os.keepQuiet.handler(async ({ input, errors }) => {
      await enter('heartbeat.keepQuiet', errors)
      world.heartbeat.set((before) => ({
        ...before,
        quietTimes: [...before.quietTimes.filter(({ id }) => id !== input.id), input],
      }))
    }),
    endQuiet: os.endQuiet.handler(async ({ input, errors }) => {
      await enter('heartbeat.endQuiet', errors)
      world.heartbeat.set((before) => ({
        ...before,
        quietTimes: before.quietTimes.filter(({ id }) => id !== input.id),
      }))
    }),
    setHealthKey: os.setHealthKey.handler(({ errors }) => enter('heartbeat.setHealthKey', errors)),
  }
}
