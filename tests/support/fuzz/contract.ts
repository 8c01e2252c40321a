import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ORPCError } from '@orpc/server'
import fc from 'fast-check'
import type { z } from 'zod'
import { contract } from '../../../shared/contract/index.ts'
import { consoleRig } from '../console-rig.ts'
import { DrivenClock } from '../driven-clock.ts'
import { FAKE_TOKEN, fakeOpenCti } from '../fake-opencti.ts'
import { type Campaign, campaign } from './campaign.ts'
import { nearly } from './from-schema.ts'
import { hostileAnything } from './hostile.ts'

interface Procedure {
  readonly path: string
  readonly input: z.ZodType | undefined
}

/** Every procedure of the contract with the schema of its input. */
export function procedures(): Procedure[] {
  const found: Procedure[] = []
  const walk = (node: object, path: string[]): void => {
    const inside = (node as { '~orpc'?: { inputSchema?: z.ZodType } })['~orpc']
    if (inside) found.push({ path: path.join('.'), input: inside.inputSchema })
    else for (const [key, value] of Object.entries(node)) walk(value, [...path, key])
  }
  walk(contract, [])
  return found
}

/**
 * The connection is what most of the others need, and the value is what `reveal` is for. A review takes a connection's id and
 * nothing else, reads everybody and waits between its tries for a page; here the clock stands still, so that wait has no end.
 */
const SPARED = new Set(['connections.remove', 'review.begin'])
/** Calls under way at the same time: that is as a page has it, and hides the way to the platform. */
const AT_ONCE = { minLength: 8, maxLength: 8 }
/** Read everything again at each call, and take no input that could be wrong. */
const HEAVY = new Set(['activity.verify', 'activity.exportLedger', 'diagnostics.make', 'system.authFailures'])
/** So many calls reach every procedure. */
const ALL_CALLED = 20_000
/** What a stack, a place on this machine or a name of our modules looks like. */
const INNARDS = /\n\s+at |node_modules|file:\/\/\/(?!etc\/passwd)|\.tsx?:\d|SQLITE_|ECONN.*at /

/**
 * Every procedure of the real router over a console that is connected to a platform. An answer is a value, a refusal at the
 * door (BAD_REQUEST) or an explained problem; never `internal`, never a stack, a path or a secret.
 */
export const contractCampaign: Campaign = async (order) => {
  const platform = await fakeOpenCti()
  // The clock stands still: nothing runs but what is called.
  const folder = mkdtempSync(join(quickFolder(), 'gatehouse-fuzz-'))
  const rig = consoleRig({ clock: new DrivenClock(), folder })
  const connectionId = await rig.connect(platform.url)
  await rig.console.start()
  const secrets = [FAKE_TOKEN, FAKE_TOKEN.slice(20, 60)]
  const known = fc.constantFrom('u-admin', 't-1', 'me', platform.url, 'all', '1', FAKE_TOKEN.slice(0, 12))
  const named = {
    connectionId: fc.constantFrom(connectionId, connectionId, connectionId, 'local'),
    activeConnectionId: fc.constant(connectionId),
    userId: fc.constantFrom('u-admin', 'u-alice', 'me'),
    url: fc.constant(platform.url),
  }
  const all = procedures().filter(({ path }) => !SPARED.has(path))
  const cases = all.map(({ path, input }) => ({
    weight: input ? (HEAVY.has(path) ? 1 : 20) : 1,
    arbitrary: fc.tuple(
      fc.constant(path),
      input
        ? fc.oneof(
            { weight: 9, arbitrary: nearly(input, { known, named, spoil: hostileAnything }) },
            { weight: 1, arbitrary: hostileAnything },
          )
        : hostileAnything,
    ),
  }))
  const times = new Map(all.map(({ path }) => [path, 0]))
  const property = fc.asyncProperty(fc.array(fc.oneof(...cases), AT_ONCE), async (calls) => {
    for (const [path] of calls) times.set(path, (times.get(path) ?? 0) + 1)
    const before = rig.lines.length
    const answers = await Promise.all(
      calls.map(async ([path, input]) => ({ path, ...(await answered(call(rig.client, path, input))) })),
    )
    const written = rig.lines.splice(before).join('\n')
    for (const { path, text, wrong } of answers) {
      if (wrong) throw new Error(`${path}: ${wrong} ${written.slice(0, 800)}`)
      if (INNARDS.test(text)) throw new Error(`${path} tells of its innards: ${text.slice(0, 500)}`)
      if (secrets.some((secret) => text.includes(secret))) throw new Error(`${path} tells a secret`)
    }
    if (secrets.some((secret) => written.includes(secret))) throw new Error('the log tells a secret')
    if (/unexpected failure/.test(written)) throw new Error(written.slice(0, 800))
  })
  try {
    const finding = await campaign('calls', property, AT_ONCE.minLength)(order)
    const [path, least] = [...times].reduce((rarest, one) => (one[1] < rarest[1] ? one : rarest))
    const isForgotten = least === 0 && finding.done >= ALL_CALLED
    return {
      ...finding,
      what: `calls of ${times.size} procedures, ${path} the least often (${least} times)`,
      broken: finding.broken ?? (isForgotten ? `${path} was never called` : null),
    }
  } finally {
    await rig.console.dispose()
    await platform.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Every deed waits for the disk twice; what is attacked here is not the disk. */
const quickFolder = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())

function call(client: object, path: string, input: unknown): Promise<unknown> {
  const procedure = path
    .split('.')
    .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], client)
  return (procedure as (input: unknown) => Promise<unknown>)(input)
}

/** What crosses to the page: of a stream its first piece, if one is there at once. */
async function answered(call: Promise<unknown>): Promise<{ text: string; wrong: string | null }> {
  try {
    const value = await call
    if (!isStream(value)) return { text: textOf(value), wrong: null }
    const first = await Promise.race([value.next(), Promise.resolve(null)])
    await value.return?.(undefined)
    return { text: textOf(first), wrong: null }
  } catch (error) {
    if (!(error instanceof ORPCError)) return { text: '', wrong: `fails with ${String(error)}` }
    const text = textOf(error.toJSON())
    const { code, data } = error as { code: string; data?: { code?: string } }
    if (code === 'BAD_REQUEST') return { text, wrong: null }
    if (!error.defined || data?.code === 'internal') return { text, wrong: `answers ${text.slice(0, 500)}` }
    return { text, wrong: null }
  }
}

const isStream = (value: unknown): value is AsyncIterator<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part)) ?? ''
