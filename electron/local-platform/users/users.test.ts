import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openPlatformDatabase } from '../database/open.ts'
import { UnsupportedFilterError } from '../filters/filter-group.ts'
import { hashPassword, isPassword } from './password.ts'
import { InvalidCursorError, listUsers, type UserListQuery } from './user-list.ts'
import { userStore } from './user-store.ts'

const database = openPlatformDatabase(mkdtempSync(join(tmpdir(), 'gatehouse-users-')))
const users = userStore(database)
const NAMES = [
  'Ann',
  'ann',
  'Bo',
  "O'Brien; DROP TABLE users",
  '100% sure',
  'under_score',
  'back\\slash',
  'Zoë',
  'שלום',
]
NAMES.forEach((name, index) => {
  users.add({
    id: `id-${index}`,
    name,
    email: `user${index}@example.org`,
    serviceAccount: index % 3 === 0,
    accountStatus: index === 4 ? 'Locked' : 'Active',
    createdAt: 1_000,
  })
})

const names = (query: UserListQuery): string[] =>
  listUsers(database, query).users.map(({ user }) => user.name)
const filtered = (key: string, values: unknown[], operator?: string) =>
  names({
    filters: { mode: 'and', filterGroups: [], filters: [{ key: [key], values, operator: operator ?? null }] },
  })

describe('the list of users', () => {
  it('has every user once, whatever the order, the direction and the page size', () => {
    const orders = ['name', 'user_email', 'firstname', 'created_at', 'external', '_score'] as const
    for (const orderBy of orders)
      for (const orderMode of ['asc', 'desc'] as const)
        for (const first of [1, 2, 4, 100]) {
          const seen: string[] = []
          let after: string | null = null
          for (let more = true; more; ) {
            const page = listUsers(database, { first, after, orderBy, orderMode })
            seen.push(...page.users.map(({ user }) => user.name))
            after = page.users.at(-1)?.cursor ?? null
            more = page.hasNextPage
            expect(page.globalCount).toBe(NAMES.length)
          }
          expect(seen.toSorted()).toEqual(NAMES.toSorted())
        }
  })

  it('takes what is searched for literally', () => {
    expect(names({ search: '100%' })).toEqual(['100% sure'])
    expect(names({ search: 'r_s' })).toEqual(['under_score'])
    expect(names({ search: 'k\\s' })).toEqual(['back\\slash'])
    expect(names({ search: "'; DROP" })).toEqual([])
    expect(names({ search: '  ANN ' })).toEqual(['Ann', 'ann'])
    expect(names({ search: 'שלום' })).toEqual(['שלום'])
  })

  it('is filtered as OpenCTI filters', () => {
    expect(filtered('account_status', ['Locked'])).toEqual(['100% sure'])
    expect(filtered('account_status', ['Active'], 'not_eq')).toEqual(['100% sure'])
    expect(filtered('name', ['bo', 'ZOË'], 'eq')).toEqual(['Bo'])
    expect(filtered('name', ['under_'], 'starts_with')).toEqual(['under_score'])
    expect(filtered('user_service_account', ['true'])).toHaveLength(3)
    expect(filtered('firstname', [], 'nil')).toHaveLength(NAMES.length)
    expect(filtered('firstname', [], 'not_nil')).toHaveLength(0)
    expect(() => filtered('password_hash', ['x'])).toThrow(UnsupportedFilterError)
    expect(() => filtered('name', ['x'], 'script')).toThrow(UnsupportedFilterError)
  })

  it('refuses more than SQLite can take, and reads a long text in part', () => {
    const many = Array.from({ length: 501 }, (_, index) => String(index))
    expect(() => filtered('name', many)).toThrow(UnsupportedFilterError)
    expect(filtered('name', many.slice(1), 'not_eq')).toHaveLength(NAMES.length)
    expect(() => filtered('name', ['x'.repeat(1001)], 'contains')).toThrow(UnsupportedFilterError)
    expect(names({ search: 'x'.repeat(1_000_000) })).toEqual([])
    expect(names({ search: 'a '.repeat(100_000) })).not.toEqual([])
  })

  it('answers any text and any filter without an error of the database', () => {
    const operators = [
      null,
      'eq',
      'not_eq',
      'contains',
      'not_contains',
      'starts_with',
      'ends_with',
      'nil',
      'lt',
      'script',
    ]
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string(),
        fc.constantFrom(...operators),
        fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean()), { maxLength: 4 }),
        fc.constantFrom('name', 'account_status', 'external', 'members_group', '__proto__', 'constructor'),
        (search, after, operator, values, key) => {
          try {
            listUsers(database, {
              search,
              after: after || null,
              filters: { mode: 'or', filterGroups: [], filters: [{ key: [key], values, operator }] },
            })
          } catch (error) {
            if (!(error instanceof UnsupportedFilterError || error instanceof InvalidCursorError)) throw error
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('a password', () => {
  it('is known by its slow hash alone', async () => {
    const hash = await hashPassword('not-a-real-password')
    expect(hash).toMatch(/^pbkdf2-sha512\$210000\$/)
    expect(hash).not.toContain('not-a-real')
    expect(await isPassword('not-a-real-password', hash)).toBe(true)
    expect(await isPassword('not-a-real-passwore', hash)).toBe(false)
    for (const broken of [null, 'pbkdf2-sha512$1']) expect(await isPassword('', broken)).toBe(false)
  }, 30_000)
})
