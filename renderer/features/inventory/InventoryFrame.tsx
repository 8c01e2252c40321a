import { Skeleton } from '@mantine/core'
import type { InventoryStatus } from '#shared/contract/inventory.ts'
import { ReadAge } from '../../i18n/read-age.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useInventoryActions } from './context.tsx'
import classes from './inventory.module.css'
import { LoadingProgress } from './Progress.tsx'

/** How old the list is and the way to read it again; while that is done, how far it has come. */
export function InventoryAge({ status }: { status: InventoryStatus }) {
  const actions = useInventoryActions()
  if (status.phase === 'loading') return <LoadingProgress status={status} />
  if (status.readAt === null) return null
  return (
    <span className={classes.age}>
      <ReadAge readAt={status.readAt} loading={false} onRefresh={() => void actions.refresh()} />
    </span>
  )
}

/** Nothing was read yet, and that is about to change: not the same as a platform without tokens. */
export function isUnread({ phase, readAt, tokens }: InventoryStatus): boolean {
  return readAt === null && tokens === 0 && phase === 'idle'
}

/** A platform without tokens of its own to show. */
export function NobodyToSee() {
  const text = useText()
  return (
    <EmptyState title={text('tokens.hindrance.old-platform')} testId="hindrance-old-platform">
      {text('tokens.hindrance.old-platform.hint')}
    </EmptyState>
  )
}

/** Before the core has said anything. */
export function LoadingInventory() {
  return (
    <div className={classes.skeleton} aria-busy="true" data-testid="loading">
      <span role="status" className={classes.dimmed}>
        <T id="inventory.loading" />
      </span>
      <SkeletonRows />
    </div>
  )
}

export function SkeletonRows() {
  return (
    <div className={classes.skeleton} aria-hidden="true" data-testid="skeleton">
      {[60, 100, 100, 100, 100, 100, 100].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={index} height={20} width={`${width}%`} radius="xs" />
      ))}
    </div>
  )
}
