import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { createLogger } from '#base/logger.ts'
import { Secret } from '#base/secret.ts'
import { openDatabase } from '#base/sqlite.ts'
import { createHttpPost, type HttpPost } from '../../electron/xtm-one/http.ts'
import { createRegistrationManager } from '../../electron/xtm-one/manager.ts'
import { payloadBody, payloadHead } from '../../electron/xtm-one/payload.ts'
import type { ProvisioningPort } from '../../electron/xtm-one/ports.ts'
import { createRegistrationStorage, REGISTRATION_MIGRATIONS } from '../../electron/xtm-one/storage.ts'
import { createTestPlatform } from './xtm-one-platform.ts'

/** The registration manager as a process of its own, to be killed or measured. */

export interface ChildTask {
  readonly folder: string
  readonly url: string
  readonly token: string
  /** where to stand still until killed; null = run to the end */
  readonly stopAt: 'before-adopt' | 'after-adopt' | 'second-page' | 'before-post' | 'after-answer' | null
  /** makes this process live later than the one before, whose lease has then run out */
  readonly clockOffsetMs: number
  /** after the first beat, time this many beats against bare posts of the same users */
  readonly measuredBeats: number
}

export type ChildMessage =
  | { readonly type: 'standing' }
  | { readonly type: 'adopted'; readonly tokens: readonly { userId: string; value: string }[] }
  | { readonly type: 'done'; readonly outcome: string; readonly measured: Measured }

export interface Measured {
  /** live heap and buffers after a collection, at each page of the first beat, bytes */
  readonly live: readonly number[]
  /** credentials that went out, one number a beat; the admin key counts */
  readonly keys: readonly number[]
  readonly beatMs: readonly number[]
  readonly bareMs: readonly number[]
}

const task = JSON.parse(process.argv[2] ?? '{}') as ChildTask
const tell = (message: ChildMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, () => resolve()))
// Listening keeps the process alive while it stands still.
process.on('message', () => {})
const standStill = async (): Promise<void> => {
  await tell({ type: 'standing' })
  await new Promise(() => {})
}

const platform = createTestPlatform(join(task.folder, 'platform.sqlite'))
const live: number[] = []
const keys: number[] = []
let adoptions = 0

function measureLive(): void {
  if (task.measuredBeats === 0 || live.length >= 42) return
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  live.push(heapUsed + external)
}

const provisioning: ProvisioningPort = {
  ...platform.provisioning,
  async users(after, limit) {
    const page = await platform.provisioning.users(after, limit)
    measureLive()
    return page
  },
  async userIds(after, limit) {
    const page = await platform.provisioning.userIds(after, limit)
    measureLive()
    return page
  },
  async adopt(tokens) {
    adoptions += 1
    if (task.stopAt === 'before-adopt' || (task.stopAt === 'second-page' && adoptions === 2))
      await standStill()
    if (task.measuredBeats === 0) {
      const values = tokens.map(({ userId, value }) => ({ userId, value: value.expose() }))
      await tell({ type: 'adopted', tokens: values })
    }
    const adopted = await platform.provisioning.adopt(tokens)
    if (task.stopAt === 'after-adopt') await standStill()
    return adopted
  },
}

const post = createHttpPost()
const http: HttpPost = async (request) => {
  if (task.stopAt === 'before-post') await standStill()
  keys.push(0)
  const answer = await post({ ...request, body: counting(request.body) })
  if (task.stopAt === 'after-answer') await standStill()
  return answer
}

async function* counting(body: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of body) {
    const found = piece.match(/api_key":"[^"]/g)?.length ?? 0
    keys[keys.length - 1] = (keys.at(-1) ?? 0) + found
    yield piece
  }
}

const manager = createRegistrationManager({
  configuration: { url: task.url, token: new Secret(task.token), profile: 'poc' },
  platform: platform.platform,
  storage: createRegistrationStorage(
    openDatabase(join(task.folder, 'xtm-one.sqlite'), REGISTRATION_MIGRATIONS),
  ),
  chatTokens: { keepChatToken: async () => {} },
  provisioning,
  http,
  clock: { ...systemClock, now: () => Date.now() + task.clockOffsetMs },
  random: Math.random,
  log: createLogger(
    'child',
    { write: (line) => appendFileSync(join(task.folder, 'child.log'), line) },
    'trace',
  ),
})

/** What any beat with these users costs at least: list them, write them down, post them. */
async function bareBeat(): Promise<void> {
  async function* users() {
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<ProvisioningPort['users']>> = await platform.provisioning.users(
        after,
        500,
      )
      if (page.length === 0) return
      yield page.map((user) => ({ email: user.email, display_name: user.displayName, api_key: '' }))
      after = page.at(-1)?.id ?? null
    }
  }
  const head = payloadHead(await platform.platform.facts(), { pem: null, type: null })
  await post({
    url: `${task.url}/api/v1/platform/register`,
    bearer: new Secret(task.token),
    body: payloadBody(head, { adminKey: null, users: users() }),
    signal: new AbortController().signal,
  })
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now()
  await work()
  return performance.now() - from
}

const result = await manager.registerNow()
const beatMs: number[] = []
const bareMs: number[] = []
for (let round = 0; round < task.measuredBeats; round += 1) {
  bareMs.push(await timed(bareBeat))
  beatMs.push(await timed(() => manager.registerNow()))
}
const outcome = typeof result === 'string' ? result : result.outcome
await tell({ type: 'done', outcome, measured: { live, keys, beatMs, bareMs } })
process.exit(0)
