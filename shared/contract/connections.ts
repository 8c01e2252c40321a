import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { ADDRESS_MAX, CA_MAX, PASTED_TOKEN_MAX, PROXY_MAX } from '#shared/domain/connection-limits.ts'
import { Problem, procedure } from './problem.ts'

/** The connection of the embedded platform; always there, never removed. */
export const LOCAL_CONNECTION_ID = 'local'

export const ConnectionId = z.string().min(1).max(64)

/** What the platform is, and so what it can be asked. */
export const ConnectionKind = z.enum(['opencti', 'openaev'])
export type ConnectionKind = z.infer<typeof ConnectionKind>

/** ms since the epoch. */
export const Instant = z.number().int()

/** Who the connection's token is, and what the platform behind it can do. */
export const Identity = z.object({
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  capabilities: z.array(z.string()),
  platformTitle: z.string(),
  /** null when the platform does not say */
  version: z.string().nullable(),
  /** platform's clock minus ours, in ms, from the Date header (whole seconds) */
  clockSkewMs: z.number().int(),
  features: z.object({
    /** OpenCTI ≥ 7.260224; older ones hold one plain token a user (T-20) */
    apiTokens: z.boolean(),
    /** keeps revoked tokens and shows them (extension of the local platform) */
    revokedTokens: z.boolean(),
    /** takes a reason with a revocation (extension of the local platform) */
    revokeReason: z.boolean(),
  }),
})
export type Identity = z.infer<typeof Identity>

export const ConnectionState = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('untested') }),
  z.object({ phase: z.literal('testing') }),
  z.object({ phase: z.literal('ready'), identity: Identity, checkedAt: Instant, latencyMs: z.number() }),
  /** `identity` is the last one known, shown with its age */
  z.object({
    phase: z.literal('failed'),
    problem: Problem,
    checkedAt: Instant,
    identity: Identity.nullable(),
  }),
])
export type ConnectionState = z.infer<typeof ConnectionState>

/** Where the connection's token lives (S-04). `child`: handed over by the embedded platform, in memory only. */
export const TokenPlace = z.enum(['keychain', 'session', 'child', 'none'])
export type TokenPlace = z.infer<typeof TokenPlace>

export const Connection = z.object({
  id: ConnectionId,
  kind: ConnectionKind,
  name: z.string(),
  url: z.string(),
  embedded: z.boolean(),
  /** PEM of the certificate authority to trust besides the system's; public, not a secret */
  caPem: z.string().nullable(),
  /** http(s) proxy address without credentials */
  proxy: z.string().nullable(),
  tokenPlace: TokenPlace,
  state: ConnectionState,
})
export type Connection = z.infer<typeof Connection>

const Name = z.string().trim().min(1).max(80)
const Address = z.string().trim().min(1).max(ADDRESS_MAX)
const CaPem = z.string().max(CA_MAX).nullable()
const ProxyAddress = z.string().trim().max(PROXY_MAX).nullable()
/** Typed by a person; crosses once from the page, kept as a Secret in main. */
const PastedToken = z.string().trim().min(1).max(PASTED_TOKEN_MAX)

/** What an address answers before any token is known; that gives no version. */
export const Probe = z.object({
  url: z.string(),
  /** as which it answers, at least one; the embedded platform is both (decision 0072) */
  kinds: z.array(ConnectionKind),
  /** OpenAEV does not tell its name to anybody */
  platformTitle: z.string(),
  latencyMs: z.number(),
})
export type Probe = z.infer<typeof Probe>

export const connections = {
  /** The whole list at once and again at each change; it is short. */
  watch: procedure.output(eventIterator(z.array(Connection))),
  /** Asks an address what it is, without a token. */
  probe: procedure.input(z.object({ url: Address, caPem: CaPem, proxy: ProxyAddress })).output(Probe),
  /** Tests the token, then keeps the profile and the token; nothing is kept when the test fails. `remember: false` keeps the token for this session only. */
  add: procedure
    .input(
      z.object({
        kind: ConnectionKind.default('opencti'),
        name: Name,
        url: Address,
        token: PastedToken,
        caPem: CaPem,
        proxy: ProxyAddress,
        remember: z.boolean(),
      }),
    )
    .output(Connection),
  rename: procedure.input(z.object({ id: ConnectionId, name: Name })).output(Connection),
  /** A new token for a known platform: tested first, kept only when it works. */
  setToken: procedure
    .input(z.object({ id: ConnectionId, token: PastedToken, remember: z.boolean() }))
    .output(Connection),
  /** Reads the platform again and returns the connection with its new state; a failed test is a state, not an error. */
  test: procedure.input(z.object({ id: ConnectionId })).output(Connection),
  /** Forgets profile and token. The ledger keeps its records. */
  remove: procedure.input(z.object({ id: ConnectionId })).output(z.void()),
}
