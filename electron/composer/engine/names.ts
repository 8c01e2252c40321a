import type { PlatformKind } from './model.ts'

export const MANAGER_LABEL = 'opencti-manager'
export const CONNECTOR_LABEL = 'opencti-connector-id'
export const PLATFORM_LABEL = 'opencti-platform'
/** Gatehouse's own, so that one list call tells which configuration runs; XTM Composer has it in the environment only. */
export const HASH_LABEL = 'opencti-config-hash'
/** Environment variable and Kubernetes annotation of XTM Composer. */
export const HASH_VARIABLE = 'OPENCTI_CONFIG_HASH'

const LONGEST_NAME = 63
const FALLBACK = 'connector'

/**
 * A name that Docker, Swarm and Kubernetes all accept (RFC 1123 label): ASCII lower case, digits and dashes, no dash at
 * the ends, at most 63 characters. Equal to XTM Composer's wherever that one was valid.
 */
export function containerName(connectorName: string): string {
  const name = connectorName
    .replace(/[^A-Za-z0-9]/g, '-')
    .toLowerCase()
    .slice(0, LONGEST_NAME)
    .replace(/^-+|-+$/g, '')
  if (name.length > 1) return name
  // Docker wants two characters.
  return name === '' ? FALLBACK : `${FALLBACK}-${name}`
}

/** The same name made unique by the start of the connector's id, for when another object already has the plain one. */
export function nameWithId(name: string, connectorId: string): string {
  return withSuffix(
    name,
    connectorId
      .replace(/[^A-Za-z0-9]/g, '')
      .toLowerCase()
      .slice(0, 8) || 'x',
  )
}

/** `name-suffix`, shortened at the name to 63 characters. */
export function withSuffix(name: string, suffix: string): string {
  return `${name.slice(0, LONGEST_NAME - suffix.length - 1).replace(/-+$/, '')}-${suffix}`
}

/** The name of an object on its way in, beside the one that it takes the place of; it ends with the swap. */
export function incomingName(name: string, hash: string): string {
  return withSuffix(name, incomingSuffix(hash))
}

/** Whether a swap was cut off before its last step, so that the object never got its own name. */
export function isIncoming({ name, hash }: { readonly name: string; readonly hash: string | null }): boolean {
  return hash !== null && name.endsWith(`-${incomingSuffix(hash)}`)
}

function incomingSuffix(hash: string): string {
  return `next-${hash.slice(0, 6)}`.toLowerCase().replace(/[^a-z0-9-]/g, 'x')
}

/** The labels by which an object is ours and is found again. */
export function ownershipLabels(
  managerId: string,
  platform: PlatformKind,
  connectorId: string,
): Record<string, string> {
  return { [MANAGER_LABEL]: managerId, [CONNECTOR_LABEL]: connectorId, [PLATFORM_LABEL]: platform }
}
