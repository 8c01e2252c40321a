import type { RevokedToken, Session, Token, UserAccess } from '#shared/contract/tokens.ts'

/** What a platform of the double knows about a user. */
export interface Person {
  user: Omit<UserAccess['user'], 'tokenCount' | 'isMe'>
  tokens: Token[]
  revoked: RevokedToken[]
  sessions: Session[]
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const ANALYST = ['KNOWLEDGE', 'KNOWLEDGE_KNUPDATE', 'APIACCESS', 'APIACCESS_USETOKEN']
const ADMINISTRATOR = ['SETTINGS', 'SETTINGS_SETACCESSES', 'APIACCESS', 'APIACCESS_USETOKEN']

export const ME = 'd3b0a1c2-0000-4000-8000-000000000001'
export const ALICE = 'd3b0a1c2-0000-4000-8000-000000000002'
export const CHARLIE = 'd3b0a1c2-0000-4000-8000-000000000003'

let made = 0
function token(
  name: string,
  ending: string,
  created: number,
  expires: number | null,
  used: number | null,
): Token {
  made++
  return {
    id: `token-${made}-${ending}`,
    name,
    maskedToken: `****${ending}`,
    createdAt: created,
    expiresAt: expires,
    lastUsedAt: used,
  }
}

function person(
  id: string,
  name: string,
  email: string,
  change: Omit<Partial<Person>, 'user'> & { user?: Partial<Person['user']> } = {},
): Person {
  const { user, ...rest } = change
  return {
    user: {
      id,
      name,
      email,
      accountStatus: 'Active',
      serviceAccount: false,
      accountLockAfter: null,
      capabilities: ANALYST,
      ...user,
    },
    tokens: [],
    revoked: [],
    sessions: [],
    ...rest,
  }
}

const FIRST = [
  'Emma',
  'Louis',
  'Jade',
  'Gabriel',
  'Mia',
  'Noah',
  'Chloé',
  'Adam',
  'Inès',
  'Hugo',
  'Yuki',
  'Sofía',
]
const LAST = [
  'Bernard',
  'Schneider',
  'Rossi',
  'García',
  'Novák',
  'Tanaka',
  'Иванова',
  'Dubois',
  'Weber',
  'Moreau',
]

/** A platform of an ordinary Tuesday: 240 users, tokens in every state. */
export function everybody(now: number): Person[] {
  return [
    person(ME, 'Bob Keller', 'bob.keller@example.org', {
      user: { capabilities: ADMINISTRATOR },
      tokens: [
        token('Gatehouse on BK-LAPTOP', 'q7Xd', now - 12 * DAY, now + 353 * DAY, now - 40_000),
        token('Nightly export to the SIEM', 'a1b2', now - 83 * DAY, now + 6 * DAY + 3 * HOUR, now - 7 * HOUR),
        token('pycti notebook', 'Zk90', now - 41 * DAY, null, null),
        token('Migration, one-off', 'M3tt', now - 31 * DAY, now - DAY, now - 2 * DAY),
        token('MISP feed import', '8fQe', now - 200 * DAY, now + 165 * DAY, now - 3 * MINUTE),
      ],
      revoked: [
        {
          ...token('Old laptop', 'w2Lr', now - 400 * DAY, null, now - 35 * DAY),
          revokedAt: now - 34 * DAY,
          revokedBy: 'Bob Keller',
          reason: 'Replaced the machine',
        },
      ],
      sessions: [{ id: 'sess:1', createdAt: now - 2 * HOUR, ttlSeconds: 1_200 }],
    }),
    person(ALICE, 'Alice Martin', 'alice.martin@example.org', {
      tokens: [
        token('Enrichment scripts', 'a1b2', now - 120 * DAY, null, now - 5 * MINUTE),
        token('Enrichment scripts (laptop)', 'T0pq', now - 61 * DAY, now + 29 * DAY, now - 6 * HOUR),
        token('Base token', 'x9x9', now - 700 * DAY, null, null),
      ],
      revoked: [
        {
          ...token('Workshop', '77aB', now - 90 * DAY, now - 60 * DAY, now - 88 * DAY),
          revokedAt: now - 59 * DAY,
          revokedBy: 'Alice Martin',
          reason: null,
        },
      ],
      sessions: [
        { id: 'sess:2', createdAt: now - 26 * MINUTE, ttlSeconds: 3_100 },
        { id: 'sess:3', createdAt: now - 3 * DAY, ttlSeconds: 600 },
      ],
    }),
    person(CHARLIE, 'Charlie Okafor', 'charlie.okafor@example.org', {
      user: { accountStatus: 'Locked', capabilities: ['KNOWLEDGE'], accountLockAfter: now - 2 * DAY },
      tokens: [token('CI pipeline', 'cI33', now - 20 * DAY, now + 10 * DAY, now - DAY)],
    }),
    person('svc-1', 'Connector: AlienVault', 'automatic+av@opencti.invalid', {
      user: { serviceAccount: true },
      tokens: [token('Composer managed token', 'kk01', now - 9 * DAY, null, now - MINUTE)],
    }),
    ...Array.from({ length: 236 }, (_, index) => {
      const name = `${FIRST[index % FIRST.length]} ${LAST[(index * 7) % LAST.length]}`
      const locked = index % 17 === 3
      return person(`user-${index}`, name, `user${index}@example.org`, {
        user: { accountStatus: locked ? 'Inactive' : 'Active' },
        tokens: Array.from({ length: index % 4 }, (_, at) =>
          token(`Script ${at + 1}`, `s${index % 10}${at}z`, now - (index + at) * DAY, null, null),
        ),
      })
    }),
  ]
}

/** Names that try to be more than text. */
export function hostileTokens(now: number): Token[] {
  return [
    token('<img src=x onerror=alert(1)>', 'hTml', now - DAY, null, null),
    token('\u202Egnp.tpircs\u202C right to left', 'rtl1', now - 2 * DAY, null, null),
    token('مرحبا بالعالم', 'ar01', now - 3 * DAY, now + 30 * DAY, null),
    token(
      `${'Very long name without a single space '.replaceAll(' ', '_').repeat(6)}`,
      'long',
      now - 4 * DAY,
      null,
      null,
    ),
    token('{{constructor.constructor("return 1")()}}', 'tmpl', now - 5 * DAY, null, null),
    token('', 'none', null as unknown as number, null, null),
  ]
}
