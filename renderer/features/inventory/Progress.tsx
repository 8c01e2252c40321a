import { Button } from '@mantine/core'
import type { InventoryStatus } from '#shared/contract/inventory.ts'
import { T, useText } from '../../i18n/text.tsx'
import { useInventoryActions } from './context.tsx'
import classes from './inventory.module.css'

/** How far the reading has come, and the way to stop it. */
export function LoadingProgress({ status }: { status: InventoryStatus }) {
  const text = useText()
  const actions = useInventoryActions()
  const { usersRead, usersTotal, tokens } = status
  return (
    <div className={classes.progress} data-testid="inventory-progress">
      <progress
        className={classes.progressBar}
        aria-label={text('inventory.loading')}
        max={usersTotal ?? undefined}
        value={usersTotal === null ? undefined : usersRead}
      />
      <span role="status">
        {usersTotal === null
          ? text('inventory.loading')
          : text('inventory.progress', { read: usersRead, total: usersTotal, tokens })}
      </span>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => void actions.cancel()}
        data-testid="cancel-loading"
      >
        <T id="inventory.stop" />
      </Button>
    </div>
  )
}
