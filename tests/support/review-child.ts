import './raw-imports.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReviewedOwner } from '#shared/contract/review.ts'
import { type LoopReport, watchLoop } from './loop-watch.ts'

/** The whole life of two reviews, measured in a process of its own. */
export interface ReviewOrder {
  readonly url: string
  readonly token: string
}

export interface ReviewStep extends LoopReport {
  readonly name: string
  /** ms */
  readonly took: number
  /** ms that somebody else's call waited for its answer at most */
  readonly waited: number
}

export interface ReviewReport {
  readonly owners: number
  readonly tokens: number
  /** bytes of the signed file */
  readonly bytes: number
  readonly steps: readonly ReviewStep[]
}

/** How often somebody else asks while a step runs, ms. */
const ASKED_EVERY_MS = 10

process.once('message', async (order: ReviewOrder) => {
  const { consoleRig } = await import('./console-rig.ts')
  const { client, console, connect } = consoleRig()
  const connectionId = await connect(order.url, order.token)
  const steps: ReviewStep[] = []

  async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const ended = new AbortController()
    const asking = askOther(ended.signal)
    const look = watchLoop()
    const from = performance.now()
    const result = await work()
    const took = performance.now() - from
    const loop = look.end()
    ended.abort()
    steps.push({ name, took, ...loop, waited: await asking })
    return result
  }

  /** @returns the longest wait for an answer, ms */
  async function askOther(signal: AbortSignal): Promise<number> {
    let longest = 0
    while (!signal.aborted) {
      const from = performance.now()
      await sleep(ASKED_EVERY_MS)
      await client.system.info()
      longest = Math.max(longest, performance.now() - from - ASKED_EVERY_MS)
    }
    return longest
  }

  async function read(id: string, format: 'json' | 'html'): Promise<number> {
    let length = 0
    for await (const piece of await client.review.report({ id, format })) length += piece.length
    return length
  }

  async function life(which: string) {
    const { id, owners, tokens } = await step(`${which} begun`, () => client.review.begin({ connectionId }))
    await step(`${which} listed`, () => client.review.list({ connectionId }))
    const asked = { id, show: 'open' as const, search: 'zz', after: null, first: 50 }
    await step(`${which} searched`, () => client.review.owners(asked))
    // The first one has only what is unchanged, the second is decided by what stands on a page.
    await step(`${which} decided`, () =>
      client.review.decide({ id, who: 'unchanged', decision: 'revoke', note: 'once more' }),
    )
    for (let open: ReviewedOwner[] = []; ; ) {
      open = (await client.review.owners({ id, show: 'open', search: '', after: null, first: 200 })).owners
      if (open.length === 0) break
      const who = open.map(({ place }) => place)
      await client.review.decide({ id, who, decision: 'keep', note: '' })
    }
    await step(`${which} put to revoke`, () => client.review.toRevoke({ id }))
    await step(`${which} finished`, () => client.review.finish({ id }))
    const bytes = await step(`${which} as JSON`, () => read(id, 'json'))
    await step(`${which} as a page`, () => read(id, 'html'))
    return { owners, tokens, bytes }
  }

  const first = await life('first')
  await life('second')
  const third = await step('third begun', () => client.review.begin({ connectionId }))
  await step('third discarded', () => client.review.discard({ id: third.id }))
  await step('connection removed', () => client.connections.remove({ id: connectionId }))
  const report: ReviewReport = { ...first, steps }
  await console.dispose()
  process.send?.(report, () => process.exit())
})
