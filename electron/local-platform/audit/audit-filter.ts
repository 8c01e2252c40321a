import {
  type Comparisons,
  type Condition,
  type FilterGroup,
  filterGroupCondition,
  textCondition,
  UnsupportedFilterError,
} from '../filters/filter-group.ts'
import { EVENT_CLASSES } from './audit-events.ts'

/** The kind of a record in OpenCTI's names, computed from its event. */
const kindOf = (field: 'event_type' | 'event_scope', otherwise: string): string =>
  `(CASE event ${Object.entries(EVENT_CLASSES)
    .map(([event, kind]) => `WHEN '${event}' THEN '${kind[field]}'`)
    .join(' ')} ELSE '${otherwise}' END)`

const ENTITY_TYPE = "(CASE WHEN event LIKE 'connector.%' THEN 'Connector' ELSE 'User' END)"
/** SECURITY: a Map, so that no name of a prototype is found; only these texts become SQL. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['event_type', kindOf('event_type', 'mutation')],
  ['event_scope', kindOf('event_scope', 'update')],
  ['event_access', "'administration'"],
  ['event_status', "'success'"],
  ['entity_type', ENTITY_TYPE],
  ['contextEntityType', ENTITY_TYPE],
  ['context_data.entity_type', ENTITY_TYPE],
  ['user_id', 'actor_id'],
  ['members_user', 'actor_id'],
  ['contextEntityId', 'subject_id'],
  ['context_data.id', 'subject_id'],
  ['elementId', 'subject_id'],
  ['message', 'message'],
  ['context_data.message', 'message'],
  ['timestamp', 'at'],
  ['created_at', 'at'],
])
const SIGNS: ReadonlyMap<string, string> = new Map([
  ['eq', '='],
  ['lt', '<'],
  ['lte', '<='],
  ['gt', '>'],
  ['gte', '>='],
])

const AUDITS: Comparisons = {
  column(key) {
    const column = COLUMNS.get(key)
    if (!column) throw new UnsupportedFilterError('Audits cannot be filtered by this key')
    return column
  },
  compare(key, operator, value) {
    const column = AUDITS.column(key)
    if (column === 'at') return timeCondition(operator, String(value))
    if (operator === 'eq') return { condition: `${column} = ?`, values: [String(value)] }
    const condition = textCondition(column, operator, String(value))
    if (!condition) throw new UnsupportedFilterError(`The operator ${operator} is not supported for audits`)
    return condition
  },
}

function timeCondition(operator: string, value: string): Condition {
  const sign = SIGNS.get(operator)
  const time = Date.parse(value)
  if (!sign || Number.isNaN(time))
    throw new UnsupportedFilterError('A time is filtered by a date and eq, lt, lte, gt or gte')
  return { condition: `at ${sign} ?`, values: [time] }
}

/**
 * OpenCTI's filters over the audit (opencti-api.md §3.5).
 * @throws UnsupportedFilterError
 */
export const auditCondition = (group: FilterGroup): Condition => filterGroupCondition(group, AUDITS)
