import { useState } from 'react'
import { ReadAge } from '../../i18n/read-age.tsx'
import classes from './connectors.module.css'
import { useConnectorsActions } from './context.tsx'
import type { ConnectorsStatus } from './store.ts'

/** When what is shown was read, and the way to read it now. */
export function Reading({ status }: { status: ConnectorsStatus }) {
  const actions = useConnectorsActions()
  const [busy, setBusy] = useState(false)
  async function refresh(): Promise<void> {
    setBusy(true)
    await actions.refresh()
    setBusy(false)
  }
  return (
    <span className={classes.readAge}>
      <ReadAge readAt={status.readAt} loading={busy} onRefresh={() => void refresh()} />
    </span>
  )
}
