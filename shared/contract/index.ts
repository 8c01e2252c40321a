import { about } from './about.ts'
import { activity } from './activity.ts'
import { composer } from './composer.ts'
import { connections } from './connections.ts'
import { connectors } from './connectors.ts'
import { diagnostics } from './diagnostics.ts'
import { heartbeat } from './heartbeat.ts'
import { incidents } from './incidents.ts'
import { inventory } from './inventory.ts'
import { registration } from './registration.ts'
import { review } from './review.ts'
import { settings } from './settings.ts'
import { system } from './system.ts'
import { tokens } from './tokens.ts'
import { triage } from './triage.ts'
import { updates } from './updates.ts'
import { upkeep } from './upkeep.ts'

/** Everything the page may ask of the core, over whichever host carries it. */
export const contract = {
  system,
  settings,
  connections,
  tokens,
  upkeep,
  inventory,
  incidents,
  triage,
  review,
  composer,
  connectors,
  registration,
  heartbeat,
  activity,
  diagnostics,
  about,
  updates,
}
export type Contract = typeof contract
