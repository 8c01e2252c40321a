import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { LANGUAGES } from '#shared/domain/languages.ts'
import { LIFETIME_DAYS_MAX, NAME_PATTERN_MAX } from '#shared/domain/token-policy.ts'
import { ConnectionId } from './connections.ts'
import { procedure } from './problem.ts'

/**
 * A way to look at the inventory that was given a name (T-03). Columns and choices are names that the page knows; those it
 * does not know any more it leaves out.
 */
export const InventoryView = z.object({
  name: z.string().trim().min(1).max(60),
  columns: z.array(z.string().max(40)).max(40),
  sort: z.array(z.object({ column: z.string().max(40), descending: z.boolean() })).max(10),
  filter: z.record(z.string().max(40), z.array(z.string().max(40)).max(40)),
})
export type InventoryView = z.infer<typeof InventoryView>

/** What the user chose; each key has a default, so an older or damaged store still opens. */
export const Settings = z.object({
  /** `auto` follows the system */
  language: z.enum(['auto', ...LANGUAGES]),
  scheme: z.enum(['auto', 'light', 'dark']),
  activeConnectionId: ConnectionId,
  /** seconds until a copied token leaves the clipboard; 0 = never */
  clipboardClearSeconds: z.union([z.literal(0), z.literal(15), z.literal(30), z.literal(60), z.literal(120)]),
  /** `{owner}`, `{date}` are filled in when the dialog opens */
  tokenNameTemplate: z.string().max(100),
  /** refused for tokens made here, reported for all others (T-15); see `TokenPolicy` */
  tokenPolicy: z.object({
    maxLifetimeDays: z.number().int().min(1).max(LIFETIME_DAYS_MAX).nullable(),
    noUnlimited: z.boolean(),
    namePattern: z.string().trim().max(NAME_PATTERN_MAX),
  }),
  /** run the embedded platform with the console */
  localPlatform: z.boolean(),
  /** the system's notifications, in a host that has a desktop (H-04) */
  notifications: z.boolean(),
  /** whether the app goes on watching when its last window closes; `ask` until it was asked */
  background: z.enum(['ask', 'on', 'off']),
  startAtLogin: z.boolean(),
  /** ask once a day whether a newer release is there; off unless the user wants it */
  checkForUpdates: z.boolean(),
  /** each name once */
  inventoryViews: z.array(InventoryView).max(50),
  /** columns of the inventory that are shown; empty: those it starts with */
  inventoryColumns: InventoryView.shape.columns,
})
export type Settings = z.infer<typeof Settings>

export const settings = {
  watch: procedure.output(eventIterator(Settings)),
  change: procedure.input(Settings.partial()).output(Settings),
}
