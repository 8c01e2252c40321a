import { describe, expect, it } from 'vitest'
import {
  type CrowdPlace,
  FINDING_IDS,
  FINDING_SEVERITY,
  type FindingId,
  findingBit,
  findingIds,
  type JudgedOwner,
  type JudgedToken,
  judge,
  severityOf,
  sharpest,
  TokenCrowd,
} from './findings.ts'
import { DAY_MS } from './token.ts'
import { NO_POLICY, type TokenPolicy } from './token-policy.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const SECOND = 1_000
const HOUR = 3_600_000

const OWNER: JudgedOwner = { accountStatus: 'Active', accountLockAfter: null, canUseTokens: true }
const MADE = NOW - 10 * DAY_MS
/** Nothing is wrong with it. */
const SOUND: JudgedToken = {
  id: 't-1',
  name: 'nightly import',
  maskedToken: '****a1b2',
  createdAt: MADE,
  expiresAt: NOW + 50 * DAY_MS,
  lastUsedAt: NOW - HOUR,
}

function found(
  token: Partial<JudgedToken>,
  { owner = {}, policy = {} }: { owner?: Partial<JudgedOwner>; policy?: Partial<TokenPolicy> } = {},
): FindingId[] {
  const judged = { ...SOUND, ...token }
  const place = new TokenCrowd().add(judged, 'owner')
  return findingIds(judge(judged, { ...OWNER, ...owner }, place, { ...NO_POLICY, ...policy }, NOW))
}

it('nothing is wrong with a sound token', () => {
  expect(found({})).toEqual([])
})

describe('an end', () => {
  const ALL = ['expires-30', 'expires-14', 'expires-7', 'expires-1']
  it.each([
    [0, ['expired']],
    [-1, ['expired']],
    [-SECOND, ['expired']],
    [-23 * HOUR, ['expired']],
    [-25 * HOUR, ['expired']],
    [1, ALL],
    [DAY_MS, ALL],
    [DAY_MS + 1, ALL.slice(0, 3)],
    [7 * DAY_MS, ALL.slice(0, 3)],
    [7 * DAY_MS + 1, ALL.slice(0, 2)],
    [14 * DAY_MS, ALL.slice(0, 2)],
    [14 * DAY_MS + 1, ALL.slice(0, 1)],
    [30 * DAY_MS, ALL.slice(0, 1)],
    [30 * DAY_MS + 1, []],
  ])('%i ms away', (offset, expected) => {
    expect(found({ expiresAt: NOW + offset })).toEqual(expected)
  })

  it('that never comes', () => {
    expect(found({ expiresAt: null })).toEqual(['unlimited'])
  })
})

describe('use', () => {
  it.each([
    [45 * DAY_MS - 1, []],
    [45 * DAY_MS, ['idle-45']],
    [90 * DAY_MS - 1, ['idle-45']],
    [90 * DAY_MS, ['idle-45', 'idle-90']],
  ])('%i ms ago', (ago, expected) => {
    expect(found({ lastUsedAt: NOW - ago })).toEqual(expected)
  })

  it('of a platform whose clock runs ahead of what it wrote is no idleness', () => {
    expect(found({ lastUsedAt: NOW + HOUR })).toEqual([])
  })

  it.each([
    [7 * DAY_MS - 1, []],
    [7 * DAY_MS, ['never-used']],
  ])('never, %i ms after it was made', (age, expected) => {
    expect(found({ lastUsedAt: null, createdAt: NOW - age })).toEqual(expected)
  })

  it('never, made nobody knows when', () => {
    expect(found({ lastUsedAt: null, createdAt: null })).toEqual(['never-used'])
  })

  it('is nothing to ask of a token that has expired', () => {
    const expiresAt = NOW - DAY_MS
    expect(found({ expiresAt, lastUsedAt: NOW - 200 * DAY_MS })).toEqual(['expired'])
    expect(found({ expiresAt, lastUsedAt: null })).toEqual(['expired'])
  })
})

describe('an owner', () => {
  it.each([
    [{ accountStatus: 'Inactive' }, ['owner-disabled']],
    [{ accountStatus: 'Locked' }, ['owner-disabled']],
    [{ accountStatus: '' }, ['owner-disabled']],
    [{ accountLockAfter: NOW }, ['owner-disabled']],
    [{ accountLockAfter: NOW + 1 }, []],
    [{ canUseTokens: false }, ['owner-no-access']],
    [{ canUseTokens: null }, []],
  ])('%o', (owner, expected) => {
    expect(found({}, { owner })).toEqual(expected)
  })
})

describe('a name', () => {
  it.each([
    'XTM One',
    'Composer managed token',
    'Base token',
    'Legacy Token',
    'Template generated token',
    ' xtm ONE ',
    'ＸＴＭ One',
  ])('that platforms give: %s', (name) => {
    expect(found({ name })).toEqual(['machine-minted'])
  })

  it.each(['XTM One import', 'My base token', 'Legacy Tokens', ''])('that a person gave: %s', (name) => {
    expect(found({ name })).toEqual([])
  })

  it('is no excuse for a base token under another one', () => {
    expect(found({ id: 'base_token_88ec0c6a', name: 'harmless' })).toEqual(['machine-minted'])
  })
})

describe('the policy', () => {
  it.each([
    [{ expiresAt: MADE + 90 * DAY_MS }, { maxLifetimeDays: 90 }, []],
    [{ expiresAt: MADE + 90 * DAY_MS + 2 * HOUR }, { maxLifetimeDays: 90 }, []],
    [{ expiresAt: MADE + 90 * DAY_MS + 2 * HOUR + 1 }, { maxLifetimeDays: 90 }, ['policy-lifetime']],
    [{ expiresAt: null }, { maxLifetimeDays: 90 }, ['unlimited', 'policy-lifetime']],
    [{ expiresAt: null }, { noUnlimited: true }, ['unlimited', 'policy-unlimited']],
    [{ createdAt: null, expiresAt: NOW + 91 * DAY_MS }, { maxLifetimeDays: 90 }, ['policy-lifetime']],
    [{ createdAt: null, expiresAt: NOW - 1 }, { maxLifetimeDays: 90 }, ['expired']],
    [{ expiresAt: NOW - 1, createdAt: NOW - 900 * DAY_MS }, { maxLifetimeDays: 90 }, ['expired']],
    [{ name: 'cert-import' }, { namePattern: 'cert-*' }, []],
    [{ name: 'import' }, { namePattern: 'cert-*' }, ['policy-naming']],
    [{ name: 'XTM One' }, { namePattern: 'cert-*' }, ['machine-minted']],
  ])('%o under %o', (token, policy, expected) => {
    expect(found(token, { policy })).toEqual(expected)
  })
})

it('a token among others: same name of one owner, same last four of anybody, as they come and go', () => {
  const crowd = new TokenCrowd()
  const judged = (place: CrowdPlace) => findingIds(judge(SOUND, OWNER, place, NO_POLICY, NOW))
  const namesake = { ...SOUND, id: 't-2', name: ' Nightly IMPORT', maskedToken: '****zzzz' }
  const mine = crowd.add(SOUND, 1)
  expect(judged(mine)).toEqual([])
  const ofAnother = crowd.add(namesake, 2)
  expect(judged(mine)).toEqual([])
  const second = crowd.add(namesake, 1)
  expect(judged(mine)).toEqual(['duplicate-name'])
  expect(judged(second)).toEqual(['duplicate-name', 'last-four-collision'])
  expect(judged(ofAnother)).toEqual(['last-four-collision'])
  crowd.remove(second)
  expect(judged(mine)).toEqual([])
  expect(judged(ofAnother)).toEqual([])
  const bare = { ...SOUND, name: '', maskedToken: '****' }
  crowd.remove(crowd.add(bare, 3))
  const places = [crowd.add(bare, 3), crowd.add(bare, 3)]
  expect(places.map(judged)).toEqual([[], []])
})

it('the sharpest of each kind are shown, the worst first', () => {
  const set = [
    'expires-30',
    'expires-14',
    'expires-7',
    'expires-1',
    'idle-45',
    'idle-90',
    'machine-minted',
  ] as const
  const findings = set.reduce((bits, id) => bits | findingBit(id), 0)
  expect(sharpest(findings)).toEqual(['expires-1', 'idle-90', 'machine-minted'])
  expect(severityOf(findings)).toBe('high')
  expect(severityOf(0)).toBeNull()
  for (const id of FINDING_IDS) {
    expect(sharpest(findingBit(id))).toEqual([id])
    expect(severityOf(findingBit(id))).toBe(FINDING_SEVERITY[id])
  }
})
