import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, systemClock } from '#base/clock.ts'
import type { Incident } from '#shared/contract/incidents.ts'
import { DEADLINE_MS } from '../../electron/core/clients/opencti/transport.ts'
import { IncidentStore } from '../../electron/core/incidents/incident-store.ts'
import { consoleRig } from './console-rig.ts'
import { fileSecretStore } from './file-secret-store.ts'
import { plantBug } from './planted-bugs.ts'
import { Life, type Told } from './response-life.ts'

/**
 * One life of a console in the middle of a response: `node response-child.mjs LIFE`. It begins the response, or goes on with
 * the one that it finds, does what a person would do where one is asked, and ends when everything is settled and reported.
 */
const life = Life.parse(JSON.parse(process.argv[2] ?? ''))

/** Pauses are this many times as short, deadlines less so: an answer is to be late only when it was held back. */
const HURRY = { pause: 20, deadline: 5 }
const clock: Clock = {
  now: systemClock.now,
  after: (ms, task) => systemClock.after(ms / (ms < DEADLINE_MS ? HURRY.pause : HURRY.deadline), task),
}
/** So often a person tries again. */
const PATIENCE = 40

const die = (): void => void process.kill(process.pid, 'SIGKILL')
const tell = (told: Told): void => void process.stdout.write(`${JSON.stringify(told)}\n`)

let reporting = false
// A pending timer of the console never keeps its process alive; the desktop does.
setInterval(() => {}, 60_000)
if (life.plant) plantBug(life.plant)
dieInStore()

const rig = consoleRig({
  folder: life.folder,
  clock,
  keychain: fileSecretStore(life.folder, () => {
    if (reporting && life.dies?.at === 'report') die()
  }),
})
const { incidents, activity, settings } = rig.client
await settings.change({ localPlatform: false })
const connectionId = await connection()
await rig.console.start()
const begins = (await activity.verify()).state
const { id } = (await found()) ?? (await begin())
await settled(id)
await seenOnceMore(id)
reporting = true
const report = await incidents.report({ id, format: 'json' })
const page = await incidents.report({ id, format: 'html' })
const { steps } = JSON.parse((await incidents.results({ id, format: 'json' })).text)
tell({
  end: {
    results: steps
      .filter(({ what, result }: { what: string; result: string }) => what === 'token' && result === 'done')
      .map(({ token_id }: { token_id: string }) => token_id),
    reported: report.text.includes(id) && page.text.includes('<html'),
    ledger: [begins, (await activity.verify()).state],
  },
})
await rig.console.dispose()
process.exit(0)

async function connection(): Promise<string> {
  const path = join(life.folder, 'connection')
  if (existsSync(path)) return readFileSync(path, 'utf8')
  const added = await persistent(() => rig.connect(life.url, life.token))
  writeFileSync(path, added)
  return added
}

async function found(): Promise<Incident | undefined> {
  for await (const [newest] of await incidents.watch()) return newest
}

function begin(): Promise<Incident> {
  const { kind, targets } = life
  const reason = 'Laptop stolen'
  return persistent(() =>
    kind === 'bulk'
      ? incidents.revoke({ connectionId, targets, reason })
      : incidents.contain({
          connectionId,
          userId: targets[0]?.userId ?? '',
          sessions: true,
          lock: true,
          tokens: true,
          reason,
        }),
  )
}

/** Follows it as the page does until every step is done. */
async function settled(id: string): Promise<void> {
  let tries = 0
  let done = 0
  for await (const { incident, steps } of await incidents.follow({ id })) {
    const gone = steps.flatMap(({ state, token }) => (state === 'done' && token ? [token.id] : []))
    if (gone.length > 0) tell({ gone })
    const { phase } = incident
    if (phase === 'done' && incident.steps.failed === 0) return
    if (phase === 'running' || phase === 'waiting') continue
    // Who sees it get on has patience.
    tries = incident.steps.done > done ? 1 : tries + 1
    done = incident.steps.done
    if (tries > PATIENCE) throw new Error(`It never ends: ${JSON.stringify(incident)}`)
    if (phase === 'done') await incidents.retry({ id, appeared: true })
    else await incidents.resume({ id })
  }
}

async function seenOnceMore(id: string): Promise<void> {
  await persistent(() => incidents.rescan({ id }))
}

/** As a person is who is told that it did not work. */
async function persistent<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (tries === PATIENCE) throw error
      await pause(25)
    }
  }
}

/** Around the two writes of the plan, and before what was found out is written. */
function dieInStore(): void {
  const { add, keep } = IncidentStore.prototype
  let settlings = 0
  IncidentStore.prototype.add = function (incident) {
    if (life.dies?.at === 'plan') die()
    add.call(this, incident)
    if (life.dies?.at === 'planned') die()
  }
  IncidentStore.prototype.keep = function (incident, body, steps) {
    const settles = [...steps].some(({ state }) => state === 'done')
    if (settles) settlings += 1
    if (settles && life.dies?.at === 'settling' && settlings >= life.dies.nth) die()
    keep.call(this, incident, body, steps)
  }
}
