/** OpenCTI's filter groups (opencti-api.md §1) as a condition of SQL with its values apart. */

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

/** How one kind of thing is compared. Both throw UnsupportedFilterError for what it cannot be filtered by. */
export interface Comparisons {
  /** SQL for `key operator value`; the operator comes without `not_` */
  compare(key: string, operator: string, value: unknown): Condition
  /** the column or expression behind `key` */
  column(key: string): string
}

/** The filter names something that the list cannot be filtered by. */
export class UnsupportedFilterError extends Error {}

/** SQLite's own bounds are near 1000 terms and 50 000 bytes a pattern; these keep away from them. */
const MOST_COMPARISONS = 500
const LONGEST_VALUE = 1000
const DEEPEST_GROUP = 5

/** `text` with the wildcards of LIKE taken literally (ESCAPE '\'). */
export function likePattern(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}

/** `column` compared by one of the operators on texts, or null when it is none of them. */
export function textCondition(column: string, operator: string, value: string): Condition | null {
  const pattern = likePattern(value)
  switch (operator) {
    case 'contains':
    case 'search':
    case 'match':
      return like(column, `%${pattern}%`)
    case 'starts_with':
      return like(column, `${pattern}%`)
    case 'ends_with':
      return like(column, `%${pattern}`)
    default:
      return null
  }
}

/** @throws UnsupportedFilterError */
export function filterGroupCondition(group: FilterGroup, comparisons: Comparisons): Condition {
  if (comparisonsIn(group) > MOST_COMPARISONS)
    throw new UnsupportedFilterError('The filters have too many values')
  return groupCondition(group, comparisons, 1)
}

function comparisonsIn(group: FilterGroup): number {
  const own = group.filters.reduce((sum, { key, values }) => sum + Math.max(1, key.length * values.length), 0)
  return group.filterGroups.reduce((sum, inner) => sum + comparisonsIn(inner), own)
}

function groupCondition(group: FilterGroup, comparisons: Comparisons, depth: number): Condition {
  if (depth > DEEPEST_GROUP) throw new UnsupportedFilterError('Filters are nested too deeply')
  const parts = [
    ...group.filters.map((filter) => oneFilter(filter, comparisons)),
    ...group.filterGroups.map((inner) => groupCondition(inner, comparisons, depth + 1)),
  ]
  return join(parts, group.mode)
}

function oneFilter({ key, values, operator, mode }: Filter, comparisons: Comparisons): Condition {
  const negative = operator?.startsWith('not_') ?? false
  const plain = negative ? (operator?.slice('not_'.length) ?? 'eq') : (operator ?? 'eq')
  const conditions = key.map((name): Condition => {
    if (plain === 'nil')
      return { condition: `${comparisons.column(name)} IS ${negative ? 'NOT ' : ''}NULL`, values: [] }
    const found = join(
      values.map((value) => one(comparisons, name, plain, value)),
      mode ?? 'or',
    )
    // What has no value is not equal to any.
    return negative ? { condition: `NOT coalesce(${found.condition}, 0)`, values: found.values } : found
  })
  return join(conditions, 'or')
}

function one(comparisons: Comparisons, key: string, operator: string, value: unknown): Condition {
  if (String(value).length > LONGEST_VALUE)
    throw new UnsupportedFilterError('A value of a filter is too long')
  return comparisons.compare(key, operator, value)
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
