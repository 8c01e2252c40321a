/** OpenCTI's filter groups (opencti-api.md §1) over users, as a condition of SQL with its values apart. */

interface Filter {
  readonly key: readonly string[]
  readonly values: readonly unknown[]
  readonly operator?: string | null
  readonly mode?: 'and' | 'or' | null
}

export interface FilterGroup {
  readonly mode: 'and' | 'or'
  readonly filters: readonly Filter[]
  readonly filterGroups: readonly FilterGroup[]
}

export interface Condition {
  readonly condition: string
  readonly values: (string | number)[]
}

/** The filter names something that users cannot be filtered by. */
export class UnsupportedFilterError extends Error {}

/** SQLite's own bounds are near 1000 terms and 50 000 bytes a pattern; these keep away from them. */
const MOST_COMPARISONS = 500
const LONGEST_VALUE = 1000
const DEEPEST_GROUP = 5

const TEXT_KEYS = columns({
  id: 'u.id',
  internal_id: 'u.id',
  name: 'u.name',
  user_email: 'u.user_email',
  firstname: 'u.firstname',
  lastname: 'u.lastname',
  language: 'u.language',
  account_status: 'u.account_status',
  entity_type: "'User'",
})
const FLAG_KEYS = columns({
  user_service_account: 'u.user_service_account',
  external: 'u.external',
})
const MEMBER_KEYS = columns({
  members_group: 'EXISTS (SELECT 1 FROM user_groups m WHERE m.user_row = u.row AND m.group_id = ?)',
  members_organization:
    'EXISTS (SELECT 1 FROM user_organizations m WHERE m.user_row = u.row AND m.organization_id = ?)',
})

/** SECURITY: a Map and no object, so that a key such as `constructor` is found nowhere; only these texts become SQL. */
function columns(byKey: Record<string, string>): ReadonlyMap<string, string> {
  return new Map(Object.entries(byKey))
}

/** `text` with the wildcards of LIKE taken literally (ESCAPE '\'). */
export function likePattern(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}

/** @throws UnsupportedFilterError */
export function filterCondition(group: FilterGroup): Condition {
  if (comparisonsIn(group) > MOST_COMPARISONS)
    throw new UnsupportedFilterError('The filters have too many values')
  return groupCondition(group, 1)
}

function comparisonsIn(group: FilterGroup): number {
  const own = group.filters.reduce((sum, { key, values }) => sum + Math.max(1, key.length * values.length), 0)
  return group.filterGroups.reduce((sum, inner) => sum + comparisonsIn(inner), own)
}

function groupCondition(group: FilterGroup, depth: number): Condition {
  if (depth > DEEPEST_GROUP) throw new UnsupportedFilterError('Filters are nested too deeply')
  const parts = [
    ...group.filters.map(oneFilter),
    ...group.filterGroups.map((inner) => groupCondition(inner, depth + 1)),
  ]
  return join(parts, group.mode)
}

function oneFilter({ key, values, operator, mode }: Filter): Condition {
  const conditions = key.map((name) => {
    if (operator === 'nil' || operator === 'not_nil') return nil(name, operator === 'not_nil')
    const negative = operator?.startsWith('not_') ?? false
    const plain = negative ? (operator?.slice('not_'.length) ?? 'eq') : (operator ?? 'eq')
    const found = join(
      values.map((value) => comparison(name, plain, value)),
      mode ?? 'or',
    )
    return negative ? { condition: `NOT ${found.condition}`, values: found.values } : found
  })
  return join(conditions, 'or')
}

function nil(key: string, negative: boolean): Condition {
  const column = TEXT_KEYS.get(key) ?? FLAG_KEYS.get(key)
  if (!column) throw unsupported(key)
  return { condition: `${column} IS ${negative ? 'NOT ' : ''}NULL`, values: [] }
}

function comparison(key: string, operator: string, value: unknown): Condition {
  if (String(value).length > LONGEST_VALUE)
    throw new UnsupportedFilterError('A value of a filter is too long')
  const member = MEMBER_KEYS.get(key)
  if (member && operator === 'eq') return { condition: member, values: [String(value)] }
  const flag = FLAG_KEYS.get(key)
  if (flag && operator === 'eq')
    return { condition: `${flag} = ?`, values: [String(value) === 'true' ? 1 : 0] }
  const text = TEXT_KEYS.get(key)
  if (!text) throw unsupported(key)
  const pattern = likePattern(String(value))
  switch (operator) {
    case 'eq':
      return { condition: `coalesce(${text}, '') = ? COLLATE NOCASE`, values: [String(value)] }
    case 'contains':
    case 'search':
    case 'match':
      return like(text, `%${pattern}%`)
    case 'starts_with':
      return like(text, `${pattern}%`)
    case 'ends_with':
      return like(text, `%${pattern}`)
    default:
      throw new UnsupportedFilterError(`The operator ${operator} is not supported for users`)
  }
}

function like(column: string, pattern: string): Condition {
  return { condition: `coalesce(${column}, '') LIKE ? ESCAPE '\\'`, values: [pattern] }
}

function join(parts: readonly Condition[], mode: 'and' | 'or'): Condition {
  if (parts.length === 0) return { condition: '(1)', values: [] }
  return {
    condition: `(${parts.map(({ condition }) => condition).join(` ${mode.toUpperCase()} `)})`,
    values: parts.flatMap(({ values }) => values),
  }
}

function unsupported(key: string): UnsupportedFilterError {
  return new UnsupportedFilterError(`Users cannot be filtered by ${key}`)
}
