import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { Browser, Page } from 'playwright-core'
import { WebSocket } from 'ws'
import type { Contract } from '#shared/contract/index.ts'
import { type BrowserHost, startBrowserHost } from './browser-host.ts'
import { openConsolePage } from './console-page.ts'
import { objectBytes } from './page-objects.ts'
import type { Standing } from './tells-heap.ts'

/** How host and page stand at one moment, each after a full collection. */
export interface ConsoleSample extends Standing {
  /** ms since the epoch */
  readonly at: number
  /** open file descriptors of the host */
  readonly descriptors: number
  /** bytes that the profile's databases hold, by file; their journals come and go */
  readonly databases: Readonly<Record<string, number>>
  readonly page: {
    readonly heapBytes: number
    /** of that, what scripts made */
    readonly objectBytes: number
    readonly nodes: number
    readonly listeners: number
  }
}

export interface SoakedConsole {
  readonly page: Page
  readonly client: ContractRouterClient<Contract>
  sample(): Promise<ConsoleSample>
  /** What went wrong unseen: errors of the page, and lines of the host's log that tell of an error or worse. */
  faults(): string[]
  /** Ends both. @returns the host's exit code */
  end(): Promise<number | null>
}

/** The console's browser host as a process of its own on a fresh profile, its page in Chromium, and a client beside the page. */
export async function startSoakedConsole(browser: Browser): Promise<SoakedConsole> {
  const host = await startBrowserHost(undefined, { watched: true })
  const { page, complaints, close } = await openConsolePage(browser, host)
  const { client, socket } = await beside(page)
  const chromium = await page.context().newCDPSession(page)
  const ended = once(host.process, 'exit')
  return {
    page,
    client,
    async sample() {
      const answered = once(host.process, 'message')
      host.process.send('how do you stand?')
      const [standing] = (await answered) as [Standing]
      await chromium.send('HeapProfiler.collectGarbage')
      const { usedSize } = await chromium.send('Runtime.getHeapUsage')
      const { nodes, jsEventListeners } = await chromium.send('Memory.getDOMCounters')
      return {
        ...standing,
        at: Date.now(),
        descriptors: readdirSync(`/proc/${host.process.pid}/fd`).length,
        databases: databasesOf(host.profile),
        page: {
          heapBytes: usedSize,
          objectBytes: await objectBytes(chromium),
          nodes,
          listeners: jsEventListeners,
        },
      }
    },
    faults: () => [...complaints, ...errorsOf(host)],
    async end() {
      socket.close()
      await close()
      host.process.kill('SIGTERM')
      const [code] = await ended
      host.remove()
      return code as number | null
    },
  }
}

/** A second page as far as the host can tell: with the pass of the first. */
async function beside(page: Page) {
  const { host, origin } = new URL(page.url())
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { cookie, origin } })
  await once(socket, 'open')
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  const client: ContractRouterClient<Contract> = createORPCClient(link)
  return { client, socket }
}

function databasesOf(profile: string): Record<string, number> {
  const files = readdirSync(profile).filter((name) => name.endsWith('.sqlite') && name !== 'lock.sqlite')
  return Object.fromEntries(files.map((name) => [name, heldBy(join(profile, name))]))
}

function heldBy(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true })
  const pragma = (name: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
  const bytes = (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
  database.close()
  return bytes
}

function errorsOf(host: BrowserHost): string[] {
  const folder = join(host.profile, 'logs')
  const log = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const isBad = (line: string): boolean =>
    /"level":[56]0|UnhandledPromise|Uncaught|MaxListenersExceeded/.test(line)
  return [host.output(), ...log].flatMap((text) => text.split('\n')).filter(isBad)
}
