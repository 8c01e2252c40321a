import { Button } from '@mantine/core'
import { useCallback, useEffect, useLayoutEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Connection } from '#shared/contract/connections.ts'
import type { InventoryView } from '#shared/contract/settings.ts'
import type { FindingId } from '#shared/domain/findings.ts'
import type { Target } from '../features/incidents/store.ts'
import { InventoryProvider } from '../features/inventory/context.tsx'
import { InventoryTabs } from '../features/inventory/InventoryTabs.tsx'
import type { InventoryRow } from '../features/inventory/row.ts'
import { createInventoryStore, type InventoryStore } from '../features/inventory/store.ts'
import { columnsOf } from '../features/inventory/views.ts'
import { PlansOfToken } from '../features/tokens/PlansOfToken.tsx'
import { TokenDialogs } from '../features/tokens/TokenDialogs.tsx'
import { T } from '../i18n/text.tsx'
import { Icon } from '../ui/icons.tsx'
import { browserIdle } from '../ui/row-index/slices.ts'
import type { Page } from './page.ts'
import { useIdentity, useLooks, usePage } from './page-context.tsx'
import type { InventoryScope } from './routes.ts'

const stores = new WeakMap<Page, InventoryStore>()

/** The page's one inventory, built when somebody first looks at it, so that it is no part of the first screen. */
function inventoryOf(page: Page): InventoryStore {
  const known = stores.get(page)
  if (known) return known
  const store = createInventoryStore(page.host, page.clock, browserIdle)
  const columns = page.settings.getState().settings?.inventoryColumns
  if (columns) store.actions.show({ columns: columnsOf(columns) })
  stores.set(page, store)
  return store
}

/** The tabs over the tokens of everybody: all, findings, revoked. */
export default function InventoryPage({
  connection,
  scope,
  finding,
}: {
  connection: Connection
  scope: InventoryScope
  /** what somebody came for: the tokens of this rule */
  finding?: FindingId | undefined
}) {
  const page = usePage()
  const { settings, router } = page
  const store = inventoryOf(page)
  const search = useLooks((looks) => looks.search)
  const views = useStore(settings, (state) => state.settings?.inventoryViews)
  const isConnected = connection.state.phase === 'ready'
  const keepsRevoked = useIdentity(connection.id)?.features.revokedTokens ?? false
  const policy = useStore(settings, (state) => state.settings?.tokenPolicy)
  // Before the effects of the tabs below, whose first visit it would forget.
  useLayoutEffect(() => store.actions.turnTo(connection.id), [store, connection.id])
  useLayoutEffect(() => {
    if (finding) store.actions.showFinding(finding)
  }, [store, finding])
  useEffect(() => {
    if (policy) store.actions.setPolicy(policy)
  }, [store, policy])
  const revokeSelected = useCallback(
    () => page.incidents.actions.openBulk(connection.id, targetsOf(store.actions.selectedRows())),
    [page, connection.id, store],
  )
  const value = useMemo(
    () => ({
      store,
      client: page.host.client,
      keepsRevoked,
      isConnected,
      views: views ?? [],
      onViews: (changed: readonly InventoryView[]) => void settings.change({ inventoryViews: [...changed] }),
      onColumns: (columns: readonly string[]) => void settings.change({ inventoryColumns: [...columns] }),
      onShowUser: (userId: string) => router.go({ view: 'tokens', scope: 'users', userId }),
      onTab: (tab: InventoryScope) => router.go({ view: 'tokens', scope: tab }),
      onRevoke: (targets: Target[]) => page.incidents.actions.openBulk(connection.id, targets),
      save: page.save,
      plansOf: ({ id, name, holder }: InventoryRow) => (
        <PlansOfToken key={`${holder.id} ${id}`} userId={holder.id} tokenId={id} name={name} />
      ),
      selectionActions: (
        <Button
          color="red"
          onClick={revokeSelected}
          leftSection={<Icon name="trash" />}
          data-testid="revoke-selected"
        >
          <T id="bulk.revoke-selected" />
        </Button>
      ),
    }),
    [store, page, connection.id, keepsRevoked, isConnected, views, settings, router, revokeSelected],
  )
  return (
    <InventoryProvider value={value}>
      <InventoryTabs tab={scope} search={search} />
      <TokenDialogs />
    </InventoryProvider>
  )
}

/** The selected tokens by owner. */
function targetsOf(rows: readonly InventoryRow[]): { userId: string; tokenIds: string[] }[] {
  const byOwner = new Map<string, string[]>()
  for (const { id, holder } of rows) {
    const tokenIds = byOwner.get(holder.id)
    if (tokenIds) tokenIds.push(id)
    else byOwner.set(holder.id, [id])
  }
  return [...byOwner].map(([userId, tokenIds]) => ({ userId, tokenIds }))
}
