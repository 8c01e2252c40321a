import { useEffect } from 'react'
import { useTicker } from '../../ui/clock.tsx'
import { useInventoryActions, useInventoryEnvironment } from './context.tsx'
import { FindingsView } from './FindingsView.tsx'
import { InventoryView } from './InventoryView.tsx'
import { RevokedView } from './RevokedView.tsx'
import { ReviewView } from './review/ReviewView.tsx'

const MINUTE = 60_000

/** One inventory, looked at in four ways. */
export function InventoryTabs({
  tab,
  search,
}: {
  tab: 'all' | 'findings' | 'revoked' | 'review'
  search: string
}) {
  const actions = useInventoryActions()
  const { isConnected } = useInventoryEnvironment()
  const { clock } = useTicker()

  // Read anew when somebody comes, or when the platform comes back; not while it is out of reach.
  useEffect(() => {
    if (isConnected) actions.visit()
  }, [actions, isConnected])

  useEffect(() => {
    let cancel = (): void => {}
    const wait = (): void => {
      cancel = clock.after(MINUTE, () => {
        actions.passTime()
        wait()
      })
    }
    wait()
    return () => cancel()
  }, [actions, clock])

  if (tab === 'review') return <ReviewView search={search} />
  if (tab === 'findings') return <FindingsView search={search} />
  return tab === 'revoked' ? <RevokedView search={search} /> : <InventoryView search={search} />
}
