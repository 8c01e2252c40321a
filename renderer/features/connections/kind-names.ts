import type { ConnectionKind } from '#shared/contract/connections.ts'

/** Names of products are the same in every language. */
export const KIND_NAMES: Readonly<Record<ConnectionKind, string>> = { opencti: 'OpenCTI', openaev: 'OpenAEV' }
