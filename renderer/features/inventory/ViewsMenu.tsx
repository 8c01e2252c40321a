import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { T, useText } from '../../i18n/text.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { useInventory, useInventoryActions, useInventoryEnvironment } from './context.tsx'
import { Menu } from './FilterMenu.tsx'
import classes from './inventory.module.css'
import { FIRST_LOOK } from './store.ts'
import { lookOf, withView } from './views.ts'

/** As the contract has it. */
const MOST_VIEWS = 50
const LONGEST_NAME = 60

/** Ways to look at the inventory that were given a name (T-03). */
export function ViewsMenu() {
  const text = useText()
  const actions = useInventoryActions()
  const { views, onViews } = useInventoryEnvironment()
  const look = useInventory((state) => state.look)
  const [typed, setTyped] = useState('')
  const name = typed.trim()
  const isFull = views.length >= MOST_VIEWS && !views.some((view) => view.name === name)

  function save(event: FormEvent): void {
    event.preventDefault()
    if (name === '' || isFull) return
    onViews(withView(views, name, look))
    setTyped('')
  }

  return (
    <Menu label={text('inventory.views')} testId="views">
      <ul className={classes.views}>
        <li>
          <button
            type="button"
            className={classes.view}
            onClick={() => actions.show(FIRST_LOOK)}
            data-testid="view-first"
          >
            <T id="inventory.view-first" />
          </button>
        </li>
        {views.map((view) => (
          <li key={view.name}>
            <button
              type="button"
              className={classes.view}
              onClick={() => actions.show(lookOf(view))}
              data-testid="view"
            >
              <ForeignText>{view.name}</ForeignText>
            </button>
            <button
              type="button"
              className={classes.viewRemove}
              aria-label={text('inventory.view-remove', { name: view.name })}
              onClick={() => onViews(views.filter((other) => other !== view))}
            >
              <Icon name="trash" />
            </button>
          </li>
        ))}
      </ul>
      <form className={classes.viewSave} onSubmit={save}>
        <TextInput
          label={text('inventory.view-name')}
          description={text(isFull ? 'inventory.views-full' : 'inventory.view-hint', { most: MOST_VIEWS })}
          value={typed}
          maxLength={LONGEST_NAME}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-testid="view-name"
        />
        <Button type="submit" variant="default" disabled={name === '' || isFull} data-testid="save-view">
          <T id="inventory.view-save" />
        </Button>
      </form>
    </Menu>
  )
}
