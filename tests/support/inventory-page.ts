import { once } from 'node:events'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '#shared/contract/index.ts'
import type { InventoryDelta, InventoryOwner, InventoryToken } from '#shared/contract/inventory.ts'
import { readJsonText } from '#shared/domain/json-text.ts'

interface PageOrder {
  readonly port: number
  readonly connectionId: string
  /** false: only what the console has kept */
  readonly refresh: boolean
}

/** A page without a screen, in a process of its own: follows an inventory as a page does and keeps the copy. */
process.once('message', async ({ port, connectionId, refresh }: PageOrder) => {
  const websocket = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(websocket, 'open')
  const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ websocket }))
  process.send?.('ready')
  await once(process, 'message')
  const owners = new Map<number, InventoryOwner>()
  const tokens = new Map<number, InventoryToken>()
  const start = performance.now()
  let firstRows = 0
  let cursor: string | null = null
  let applied = -1
  if (refresh) await client.inventory.refresh({ connectionId })
  for await (const status of await client.inventory.watch({ connectionId })) {
    for (let more = status.revision !== applied; more; ) {
      const delta: InventoryDelta = readJsonText(await client.inventory.rows({ connectionId, cursor }))
      for (const owner of delta.owners) owners.set(owner.owner, owner)
      for (const token of delta.tokens) tokens.set(token.row, token)
      for (const row of delta.removed) tokens.delete(row)
      if (tokens.size > 0) firstRows ||= performance.now() - start
      cursor = delta.cursor
      applied = delta.revision
      more = delta.more
    }
    const isEnd = refresh ? status.phase === 'ready' : status.findings !== null
    if (!isEnd) continue
    process.send?.({ firstRows, total: performance.now() - start, tokens: tokens.size })
    return
  }
})
