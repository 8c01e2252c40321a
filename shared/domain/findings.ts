/** T-15 */
export const FINDING_IDS = [
  'unlimited',
  'never-used',
  'idle-45',
  'idle-90',
  'expires-30',
  'expires-14',
  'expires-7',
  'expires-1',
  'expired',
  'owner-disabled',
  'machine-minted',
  'duplicate-name',
  'last-four-collision',
  'over-lifetime',
  'against-unlimited',
  'against-naming',
] as const
export type FindingId = (typeof FINDING_IDS)[number]
