import { Button } from '@mantine/core'
import type { FindingId } from '#shared/domain/findings.ts'
import { T, useText } from '../../i18n/text.tsx'
import { useInventory, useInventoryActions, useInventoryEnvironment } from './context.tsx'
import { ExportMenu } from './ExportMenu.tsx'
import { TickMenu } from './FilterMenu.tsx'
import { FILTER_CHOICES, type InventoryFilter, isFiltering, NO_FILTER } from './filter.ts'
import classes from './inventory.module.css'
import { COLUMNS, FIRST_COLUMNS } from './row.ts'
import { ViewsMenu } from './ViewsMenu.tsx'

/** Everything that decides which tokens are shown, and what of them. */
export function FilterBar() {
  const text = useText()
  const actions = useInventoryActions()
  const { onColumns } = useInventoryEnvironment()
  const look = useInventory((state) => state.look)
  const counts = useInventory((state) => state.counts)

  function labelOf(finding: FindingId) {
    const word = text(`finding.${finding}.short`)
    if (counts === null) return word
    return (
      <>
        {word} <span className={classes.dimmed}>{text('common.count', { count: counts[finding] })}</span>
      </>
    )
  }

  const tick = (change: Partial<InventoryFilter>) => actions.show({ filter: { ...look.filter, ...change } })
  const showColumns = (columns: typeof FIRST_COLUMNS) => {
    actions.show({ columns })
    onColumns(columns)
  }

  return (
    <fieldset className={classes.bar}>
      <legend className={classes.spoken}>{text('inventory.filters')}</legend>
      <TickMenu
        label={text('inventory.filter.status')}
        choices={FILTER_CHOICES.status}
        chosen={look.filter.status}
        labelOf={(status) => text(`token.status.${status}`)}
        onChange={(status) => tick({ status })}
        testId="filter-status"
      />
      <TickMenu
        label={text('inventory.filter.finding')}
        choices={FILTER_CHOICES.finding}
        chosen={look.filter.finding}
        labelOf={labelOf}
        onChange={(finding) => tick({ finding })}
        testId="filter-finding"
      />
      <TickMenu
        label={text('inventory.filter.owner')}
        choices={FILTER_CHOICES.owner}
        chosen={look.filter.owner}
        labelOf={(owner) => text(`inventory.owner.${owner}`)}
        onChange={(owner) => tick({ owner })}
        testId="filter-owner"
      />
      <TickMenu
        label={text('inventory.filter.expiry')}
        choices={FILTER_CHOICES.expiry}
        chosen={look.filter.expiry}
        labelOf={(expiry) => text(`inventory.expiry.${expiry}`)}
        onChange={(expiry) => tick({ expiry })}
        testId="filter-expiry"
      />
      {isFiltering(look.filter) && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => actions.show({ filter: NO_FILTER })}
          data-testid="clear-filter"
        >
          <T id="inventory.clear-filter" />
        </Button>
      )}
      <span className={classes.barEnd}>
        <ExportMenu />
        <ViewsMenu />
        <TickMenu
          label={text('inventory.columns')}
          choices={COLUMNS}
          chosen={look.columns}
          isActive={false}
          labelOf={(column) => text(COLUMN_NAMES[column])}
          onChange={(columns) => showColumns(columns.length === 0 ? ['name'] : columns)}
          testId="columns"
          footer={
            <Button variant="subtle" size="compact-sm" onClick={() => showColumns(FIRST_COLUMNS)}>
              <T id="inventory.columns-reset" />
            </Button>
          }
        />
      </span>
    </fieldset>
  )
}

const COLUMN_NAMES = {
  name: 'token.column.name',
  token: 'token.column.token',
  owner: 'inventory.column.owner',
  email: 'users.column.email',
  kind: 'users.column.kind',
  account: 'users.column.account',
  created: 'token.column.created',
  expires: 'token.column.expires',
  'last-used': 'token.column.last-used',
  status: 'token.column.status',
  findings: 'inventory.column.findings',
} as const
