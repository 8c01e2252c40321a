import { Button } from '@mantine/core'
import type { MouseEvent } from 'react'
import { T, useText } from '../../i18n/text.tsx'
import { useInventory, useInventoryActions, useInventoryEnvironment } from './context.tsx'
import classes from './inventory.module.css'
import type { InventoryRow } from './row.ts'

/** px that the bar of the selection covers at the lower end of the view */
export const SELECTION_BAR_HEIGHT = 44

export function SelectRow({ row, tabIndex }: { row: InventoryRow; tabIndex: 0 | -1 }) {
  const text = useText()
  const actions = useInventoryActions()
  const isSelected = useInventory(({ selected }) => selected.has(row.row))

  function tick(event: MouseEvent): void {
    // Of the row, a click opens the details.
    event.stopPropagation()
    actions.tick(row.row, event.shiftKey)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the box inside is the control; around it a click is for it too
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <span className={classes.tick} onClick={(event) => event.stopPropagation()}>
      <input
        type="checkbox"
        data-widget
        data-testid="select-row"
        aria-label={text('inventory.select-row', { name: row.name, owner: row.holder.name })}
        checked={isSelected}
        tabIndex={tabIndex}
        onChange={() => {}}
        onClick={tick}
      />
    </span>
  )
}

/** Ticks everything that is shown, or takes the whole selection back. */
export function SelectAll({ tabIndex }: { tabIndex: 0 | -1 }) {
  const text = useText()
  const actions = useInventoryActions()
  const { index } = useInventoryEnvironment().store
  const selected = useInventory((state) => state.selected)
  // The rows shown, and so the answer, change with the version.
  useInventory((state) => state.version)
  const isAll =
    selected.size > 0 && selected.size >= index.shown && index.slice().every(({ row }) => selected.has(row))
  return (
    <span className={classes.tick}>
      <input
        type="checkbox"
        data-widget
        data-testid="select-all"
        aria-label={text('inventory.select-all')}
        checked={isAll}
        ref={(box) => {
          if (box) box.indeterminate = !isAll && selected.size > 0
        }}
        tabIndex={tabIndex}
        onChange={() => (isAll ? actions.clearSelection() : actions.selectShown())}
      />
    </span>
  )
}

/** What is selected, and what can be done with all of it; at the lower end of the view while anything is. */
export function SelectionBar() {
  const text = useText()
  const actions = useInventoryActions()
  const { store, selectionActions } = useInventoryEnvironment()
  const selected = useInventory((state) => state.selected)
  useInventory((state) => state.version)
  if (selected.size === 0) return null
  const owners = new Set<number>()
  let hidden = 0
  for (const row of selected) {
    owners.add(store.index.get(row)?.owner ?? -1)
    if (!store.index.isShown(row)) hidden++
  }
  return (
    <section className={classes.selection} aria-label={text('inventory.selection')} data-testid="selection">
      <span role="status">
        <strong>{text('inventory.selected', { count: selected.size })}</strong>{' '}
        {text('inventory.selected-owners', { count: owners.size })}
        {hidden > 0 && (
          <span className={classes.hiddenRows} data-testid="selection-hidden">
            {' '}
            {text('inventory.selected-hidden', { count: hidden })}
          </span>
        )}
      </span>
      <span className={classes.selectionActions}>
        {selectionActions}
        <Button variant="default" onClick={actions.clearSelection} data-testid="clear-selection">
          <T id="inventory.clear-selection" />
        </Button>
      </span>
    </section>
  )
}
