import type {
  InventoryDelta,
  InventoryOwner,
  InventoryStatus,
  InventoryToken,
} from '#shared/contract/inventory.ts'
import { readJsonText } from '#shared/domain/json-text.ts'
import type { consoleRig } from './console-rig.ts'

type Client = ReturnType<typeof consoleRig>['client']

/** Waits on the stream, not on the clock, until the inventory's status is as wanted. */
export async function inventoryBecomes(
  client: Client,
  connectionId: string,
  wanted: (status: InventoryStatus) => boolean,
): Promise<InventoryStatus> {
  const reader = await client.inventory.watch({ connectionId })
  for (;;) {
    const { value, done } = await reader.next()
    if (done) throw new Error('The stream ended')
    if (!wanted(value)) continue
    await reader.return?.()
    return value
  }
}

/** Reads everything again and gives the status it ended with. */
export async function refreshed(client: Client, connectionId: string): Promise<InventoryStatus> {
  await client.inventory.refresh({ connectionId })
  return inventoryBecomes(client, connectionId, ({ phase }) => phase !== 'idle' && phase !== 'loading')
}

/** The page's copy of an inventory, kept as a page would: by what changed alone. */
export function inventoryCopy(client: Client, connectionId: string) {
  const owners = new Map<number, InventoryOwner>()
  const tokens = new Map<number, InventoryToken>()
  let cursor: string | null = null
  return {
    owners,
    tokens,
    /** Asks for what changed. @returns how many pieces came, and what was in them */
    async follow() {
      const got = { pieces: 0, resets: 0, owners: 0, tokens: 0, removed: 0 }
      for (let more = true; more; ) {
        const delta: InventoryDelta = readJsonText(await client.inventory.rows({ connectionId, cursor }))
        if (delta.reset) {
          owners.clear()
          tokens.clear()
        }
        for (const owner of delta.owners) owners.set(owner.owner, owner)
        for (const token of delta.tokens) {
          if (!owners.has(token.owner)) throw new Error(`Token ${token.id} came before its owner`)
          tokens.set(token.row, token)
        }
        for (const row of delta.removed) tokens.delete(row)
        got.pieces += 1
        got.resets += delta.reset ? 1 : 0
        got.owners += delta.owners.length
        got.tokens += delta.tokens.length
        got.removed += delta.removed.length
        cursor = delta.cursor
        more = delta.more
      }
      return got
    },
    /** What it holds, by names. */
    list: () =>
      [...tokens.values()]
        .map((token) => `${owners.get(token.owner)?.email} ${token.name} ${token.maskedToken}`)
        .sort(),
  }
}
