import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import { jsonText } from '#shared/domain/json-text.ts'
import { inventoryRows } from './inventory-world.ts'
import { type Procedure, type Refuse, stream, type World } from './world.ts'

export function inventoryRouter(
  world: World,
  enter: (procedure: Procedure, errors: Refuse) => Promise<void>,
) {
  const os = implement(contract).inventory
  return {
    watch: os.watch.handler(({ signal }) => stream(world.inventory, signal)),
    rows: os.rows.handler(async ({ errors }) => {
      await enter('inventory.rows', errors)
      return jsonText(inventoryRows(world))
    }),
    refresh: os.refresh.handler(({ errors }) => enter('inventory.refresh', errors)),
    retryFailed: os.retryFailed.handler(({ errors }) => enter('inventory.retryFailed', errors)),
    tombstones: os.tombstones.handler(async ({ errors }) => {
      await enter('inventory.tombstones', errors)
      return { tombstones: world.tombstones, nextCursor: null, total: world.tombstones.length }
    }),
    snapshots: os.snapshots.handler(async ({ errors }) => {
      await enter('inventory.snapshots', errors)
      return world.snapshots
    }),
    diff: os.diff.handler(async ({ errors }) => {
      await enter('inventory.diff', errors)
      return world.diff
    }),
    export: os.export.handler(async function* ({ input, errors }) {
      await enter('inventory.export', errors)
      yield input.format === 'csv' ? '"owner","token"\r\n' : '{ "tokens": [] }\n'
    }),
    cancel: os.cancel.handler(({ errors }) => enter('inventory.cancel', errors)),
  }
}
