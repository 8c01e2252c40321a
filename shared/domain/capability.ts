/** OpenCTI's capability check as the console needs it (opencti-api.md §1). */

/** The built-in administrator passes every check. */
export const BUILT_IN_ADMIN_ID = '88ec0c6a-13ce-5e39-b486-354fe4a7084f'

export interface Holder {
  readonly id: string
  readonly capabilities: readonly string[]
}

/** True when one of the holder's capabilities contains `wanted` (so SETTINGS_SETACCESSES satisfies SETTINGS). */
export function isCapable(holder: Holder, wanted: string): boolean {
  if (holder.id === BUILT_IN_ADMIN_ID || holder.capabilities.includes('BYPASS')) return true
  return holder.capabilities.some((capability) => capability.includes(wanted))
}

/** What the holder may do with tokens (opencti-api.md §2.2). */
export interface TokenRights {
  /** has tokens of their own: list, generate, revoke */
  readonly own: boolean
  /** may see tokens of other users */
  readonly listOthers: boolean
  /** may generate and revoke for other users; organisation admins may not */
  readonly manageOthers: boolean
}

export function tokenRights(holder: Holder): TokenRights {
  const manageOthers = isCapable(holder, 'SETTINGS_SETACCESSES')
  return {
    own: isCapable(holder, 'APIACCESS_USETOKEN'),
    listOthers: manageOthers || isCapable(holder, 'VIRTUAL_ORGANIZATION_ADMIN'),
    manageOthers,
  }
}
