import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { ConnectionId, Instant } from './connections.ts'
import { Problem, procedure } from './problem.ts'

/** How far the OS keychain can be used (S-04). */
export const KeychainStatus = z.object({
  state: z.enum(['checking', 'ready', 'missing', 'locked', 'denied', 'restarted']),
  /** "Secret Service", "Keychain", "Credential Manager" */
  backend: z.string(),
  /** the system's own words, for the details line */
  detail: z.string().nullable(),
})
export type KeychainStatus = z.infer<typeof KeychainStatus>

export const LocalPlatformStatus = z.discriminatedUnion('state', [
  z.object({ state: z.literal('off') }),
  z.object({ state: z.literal('starting'), since: Instant }),
  z.object({ state: z.literal('ready'), since: Instant, url: z.string() }),
  /** `lastLines`: what the child logged last, already redacted */
  z.object({
    state: z.literal('restarting'),
    since: Instant,
    nextAt: Instant,
    lastLines: z.array(z.string()),
  }),
  z.object({ state: z.literal('failed'), since: Instant, lastLines: z.array(z.string()) }),
])
export type LocalPlatformStatus = z.infer<typeof LocalPlatformStatus>

/** T-07. `unconfirmed`: the system does not let us read back, so we do not claim it was cleared. */
export const ClipboardStatus = z.discriminatedUnion('state', [
  z.object({ state: z.literal('idle') }),
  z.object({ state: z.literal('holding'), clearsAt: Instant.nullable() }),
  z.object({ state: z.literal('cleared'), at: Instant }),
  z.object({ state: z.literal('replaced'), at: Instant }),
  z.object({ state: z.literal('unconfirmed'), at: Instant }),
])
export type ClipboardStatus = z.infer<typeof ClipboardStatus>

export const LedgerStatus = z.discriminatedUnion('state', [
  /** its key is being fetched; a keychain may be asking the user */
  z.object({ state: z.literal('opening') }),
  z.object({
    state: z.literal('ready'),
    records: z.number().int(),
    keyPlace: z.enum(['keychain', 'file']),
    /** the file of the profile's own key that cannot be read; the ledger goes on in a chain of its own meanwhile */
    damagedKey: z.string().optional(),
    /** number of the first record that is not as it was written; not there while none was found */
    brokenAt: z.number().int().optional(),
  }),
  z.object({ state: z.literal('failed'), problem: Problem }),
])
export type LedgerStatus = z.infer<typeof LedgerStatus>

/** A part of the console that ended by itself and is back. */
export const Mishap = z.object({
  part: z.enum(['page', 'graphics', 'local-platform', 'composer']),
  cause: z.enum(['crash', 'memory', 'frozen']),
  at: Instant,
  /** a new token's value was on the page that ended */
  tokenShown: z.boolean(),
})
export type Mishap = z.infer<typeof Mishap>

/** The status bar, and what the window says above its view. */
export const SystemStatus = z.object({
  keychain: KeychainStatus,
  localPlatform: LocalPlatformStatus,
  clipboard: ClipboardStatus,
  ledger: LedgerStatus,
  /** newest first, until they were read */
  mishaps: z.array(Mishap).readonly(),
})
export type SystemStatus = z.infer<typeof SystemStatus>

export const SystemInfo = z.object({
  version: z.string(),
  host: z.enum(['desktop', 'browser']),
  os: z.enum(['linux', 'darwin', 'win32']),
  /** languages of the user's system, best first, BCP 47 */
  languages: z.array(z.string()),
  /**
   * Who can write the clipboard: the core (`system`), or, where the core has no desktop of its own (browser host),
   * the page itself, with the value its reveal dialog already shows.
   */
  clipboard: z.enum(['system', 'page']),
  /** whether the host can ask the system to start it at login */
  canStartAtLogin: z.boolean(),
})
export type SystemInfo = z.infer<typeof SystemInfo>

/** Failed authentications at a platform by source, counted since its start (P-08). */
export const AuthFailures = z.object({
  since: Instant,
  total: z.number().int(),
  /** how many sources failed; `list` has the busiest */
  sources: z.number().int(),
  list: z.array(
    z.object({
      ip: z.string().nullable(),
      failures: z.number().int(),
      firstAt: Instant,
      lastAt: Instant,
      /** the other side's text */
      userAgent: z.string().nullable(),
      /** malformed, unknown, revoked, expired, account, no-api-access, password, code, or one that a later platform has */
      reasons: z.array(z.object({ reason: z.string(), failures: z.number().int() })),
    }),
  ),
})
export type AuthFailures = z.infer<typeof AuthFailures>

export const system = {
  info: procedure.output(SystemInfo),
  watch: procedure.output(eventIterator(SystemStatus)),
  /** Asks the keychain again, after the user unlocked or installed one. */
  recheckKeychain: procedure.output(KeychainStatus),
  restartLocalPlatform: procedure.output(z.void()),
  /** The mishaps were read. */
  dismissMishaps: procedure.output(z.void()),
  /** Null where the platform does not count them, or not for this connection. */
  authFailures: procedure
    .input(z.object({ connectionId: ConnectionId, first: z.number().int().min(1).max(500) }))
    .output(AuthFailures.nullable()),
}
