import './raw-imports.ts'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { watchLoop } from './loop-watch.ts'

/** What the console does for one load, measured in a process of its own; its page is another one. */
export interface InventoryOrder {
  readonly url: string
  readonly token: string
  /** an earlier child's profile, whose snapshot is shown; null: everything is read from the platform */
  readonly kept: { readonly folder: string; readonly connectionId: string } | null
}

export interface InventoryReport {
  readonly folder: string
  readonly connectionId: string
  readonly tokens: number
  /** ms from the question to the page's first rows */
  readonly firstRows: number
  /** ms from the question to the end, everything applied by the page */
  readonly total: number
  /** ms the event loop stood still at most, while it loaded and kept the snapshot */
  readonly blocked: number
  /** of that, ms at most that this thread computed without a pause: what another process took is not in it */
  readonly computed: number
  /** bytes */
  readonly rssGrowth: number
}

process.once('message', async (order: InventoryOrder) => {
  const { consoleRig } = await import('./console-rig.ts')
  const { memorySecretStore } = await import('./memory-secret-store.ts')
  const { kept } = order
  const rig = consoleRig({ keychain: memorySecretStore(), ...(kept && { folder: kept.folder }) })
  const connectionId = kept?.connectionId ?? (await rig.connect(order.url, order.token))
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const handler = new RPCHandler(rig.console.router)
  server.on('connection', (socket) => void handler.upgrade(socket))
  await once(server, 'listening')
  const page = fork(new URL('./inventory-page.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  page.send({ port: (server.address() as AddressInfo).port, connectionId, refresh: kept === null })
  await once(page, 'message')
  globalThis.gc?.()
  const rssBefore = process.memoryUsage().rss
  let rss = rssBefore
  const look = watchLoop(() => {
    rss = Math.max(rss, process.memoryUsage().rss)
  })
  page.send('load')
  const [{ firstRows, total, tokens }] = await once(page, 'message')
  await rig.client.inventory.snapshots({ connectionId })
  const { blocked, computed } = look.end()
  const report: InventoryReport = {
    folder: rig.folder,
    connectionId,
    tokens,
    firstRows,
    total,
    blocked,
    computed,
    rssGrowth: rss - rssBefore,
  }
  page.kill()
  server.close()
  await rig.console.dispose()
  process.send?.(report, () => process.exit())
})
