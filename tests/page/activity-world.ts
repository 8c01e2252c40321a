import type { ConsoleEntry, LedgerVerdict, PlatformEntry } from '#shared/contract/activity.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const BOB = { id: 'bob', name: 'bob.keller@example.org' }
const ALICE = { id: 'alice', name: 'alice.martin@example.org' }
const URL = 'https://opencti.example.org'

/** What the activity view can be shown with. */
export interface ActivityWorld {
  ledger: ConsoleEntry[]
  audit: PlatformEntry[]
  /** the platform has the Enterprise Edition */
  recording: boolean
  verdict: LedgerVerdict
}

export function activityWorld(now: number): ActivityWorld {
  return {
    ledger: LEDGER.map((entry, index) => consoleEntry(now, LEDGER.length * 2 - index * 2 - 1, entry)),
    audit: AUDIT.map((entry, index) => platformEntry(now, index, entry)),
    recording: true,
    verdict: { state: 'whole', records: 214, unchecked: 0, checkedAt: now },
  }
}

type Deed = Partial<ConsoleEntry> & { ago: number }

/** Newest first. */
const LEDGER: readonly Deed[] = [
  { ago: 20_000, action: 'token.revoke', object: 'Nightly export', lastFour: 'x7Qa', result: 'running' },
  { ago: 4 * MINUTE, action: 'token.revoke', object: 'Laptop of Alice', lastFour: 'k2Lm', subject: ALICE },
  { ago: 5 * MINUTE, action: 'session.kill-all', subject: ALICE },
  {
    ago: 26 * MINUTE,
    action: 'token.generate',
    object: 'Connector MISP feed of the partner organisation',
    lastFour: 'b81c',
  },
  {
    ago: 40 * MINUTE,
    action: 'token.revoke',
    object: 'old script',
    lastFour: '9fZe',
    subject: ALICE,
    result: 'failed',
    problem: 'missing-capability',
  },
  {
    ago: 7 * HOUR,
    action: 'token.generate',
    object: 'Import of the feeds',
    result: 'unknown',
    problem: 'timeout',
  },
  {
    ago: 26 * HOUR,
    action: 'token.revoke',
    object: 'crash',
    lastFour: 'p0Oi',
    result: 'unknown',
    interrupted: true,
  },
  {
    ago: 3 * 24 * HOUR,
    action: 'connection.add',
    object: 'Example CERT',
    actor: null,
    subject: null,
  },
]

function consoleEntry(now: number, place: number, { ago, ...change }: Deed): ConsoleEntry {
  const at = now - ago
  const result = change.result ?? 'done'
  return {
    source: 'console',
    place,
    at,
    action: 'token.revoke',
    actor: BOB,
    subject: BOB,
    object: null,
    lastFour: null,
    url: URL,
    result,
    problem: null,
    endedAt: result === 'running' ? null : at + 900,
    interrupted: false,
    records: [
      JSON.stringify({
        v: 1,
        at: new Date(at).toISOString(),
        phase: 'intent',
        action: change.action,
        url: URL,
      }),
    ],
    ...change,
  }
}

type Event = Partial<PlatformEntry> & { ago: number }

const AUDIT: readonly Event[] = [
  {
    ago: 4 * MINUTE - 1_000,
    message: "revoked API token 'Laptop of Alice' for user 'alice.martin@example.org'",
  },
  { ago: 5 * MINUTE - 1_000, message: 'kills `all sessions` for user `alice.martin@example.org`' },
  {
    ago: 31 * MINUTE,
    actor: ALICE,
    subject: null,
    message: 'login from provider `local`',
    type: 'authentication',
    scope: 'login',
    ip: '203.0.113.7',
  },
  {
    ago: 33 * MINUTE,
    actor: null,
    subject: null,
    message: 'login from provider `local`',
    type: 'authentication',
    scope: 'login',
    succeeded: false,
    ip: '203.0.113.7',
  },
  {
    ago: 50 * HOUR,
    message: "generated a new API token 'Laptop of Alice' for user 'alice.martin@example.org'",
  },
]

function platformEntry(now: number, index: number, { ago, ...change }: Event): PlatformEntry {
  return {
    source: 'platform',
    id: `log-${index}`,
    at: now - ago,
    actor: BOB,
    subject: ALICE,
    message: '',
    type: 'mutation',
    scope: 'update',
    succeeded: true,
    ip: '192.0.2.14',
    userAgent: 'Mozilla/5.0',
    ...change,
  }
}
