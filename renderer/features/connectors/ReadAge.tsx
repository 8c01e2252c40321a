import { Button } from '@mantine/core'
import { useState } from 'react'
import { T } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { Icon } from '../../ui/icons.tsx'
import classes from './connectors.module.css'
import { useConnectorsActions } from './context.tsx'
import type { ConnectorsStatus } from './store.ts'

/** When what is shown was read, and the way to read it now. */
export function ReadAge({ status }: { status: ConnectorsStatus }) {
  const actions = useConnectorsActions()
  const [busy, setBusy] = useState(false)
  async function refresh(): Promise<void> {
    setBusy(true)
    await actions.refresh()
    setBusy(false)
  }
  return (
    <span className={classes.readAge}>
      {status.readAt !== null && (
        <span>
          <T id="connectors.read" values={{ age: <Age at={status.readAt} /> }} />
        </span>
      )}
      <Button
        variant="default"
        size="compact-sm"
        loading={busy}
        leftSection={<Icon name="refresh" />}
        onClick={() => void refresh()}
        data-testid="refresh"
      >
        <T id="common.refresh" />
      </Button>
    </span>
  )
}
