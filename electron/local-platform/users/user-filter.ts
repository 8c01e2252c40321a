import {
  type Comparisons,
  type Condition,
  type FilterGroup,
  filterGroupCondition,
  textCondition,
  UnsupportedFilterError,
} from '../filters/filter-group.ts'

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

const USERS: Comparisons = {
  column(key) {
    const column = TEXT_KEYS.get(key) ?? FLAG_KEYS.get(key)
    if (!column) throw unsupported()
    return column
  },
  compare(key, operator, value) {
    const member = MEMBER_KEYS.get(key)
    if (member && operator === 'eq') return { condition: member, values: [String(value)] }
    const flag = FLAG_KEYS.get(key)
    if (flag && operator === 'eq')
      return { condition: `${flag} = ?`, values: [String(value) === 'true' ? 1 : 0] }
    const text = TEXT_KEYS.get(key)
    if (!text) throw unsupported()
    if (operator === 'eq')
      return { condition: `coalesce(${text}, '') = ? COLLATE NOCASE`, values: [String(value)] }
    const condition = textCondition(text, operator, String(value))
    if (!condition) throw new UnsupportedFilterError(`The operator ${operator} is not supported for users`)
    return condition
  },
}

/**
 * OpenCTI's filters over users, the table being `u`.
 * @throws UnsupportedFilterError
 */
export const userCondition = (group: FilterGroup): Condition => filterGroupCondition(group, USERS)

/** The key is not repeated: a client may have put anything there. */
function unsupported(): UnsupportedFilterError {
  return new UnsupportedFilterError('Users cannot be filtered by this key')
}
