import { Button } from '@mantine/core'
import type { InventoryStatus } from '#shared/contract/inventory.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useInventory, useInventoryActions, useInventoryEnvironment } from './context.tsx'
import classes from './inventory.module.css'
import { STALE_MS } from './store.ts'

/** What has to be said before the list: how much of the truth it is, and why not all of it. */
export function InventoryNotices({ status }: { status: InventoryStatus }) {
  const text = useText()
  const actions = useInventoryActions()
  const problem = useInventory((state) => state.problem)
  const again = (
    <Button variant="default" onClick={() => void actions.refresh()} data-testid="retry">
      <T id="common.try-again" />
    </Button>
  )
  const hasRows = status.tokens > 0
  return (
    <div className={classes.notices}>
      {problem && <ProblemNotice problem={problem} actions={again} tone={hasRows ? 'warning' : 'danger'} />}
      {status.phase === 'failed' && status.problem && (
        <ProblemNotice
          problem={status.problem}
          actions={again}
          tone={hasRows ? 'warning' : 'danger'}
          testId="inventory-failed"
        />
      )}
      {status.phase === 'partial' && <Gaps status={status} />}
      {status.phase === 'cancelled' && (
        <Notice
          tone="warning"
          testId="inventory-cancelled"
          title={text('inventory.cancelled', {
            read: status.usersRead,
            total: status.usersTotal ?? status.usersRead,
          })}
          actions={
            <Button variant="default" onClick={() => void actions.refresh()}>
              <T id="common.read-again" />
            </Button>
          }
        >
          {text('inventory.cancelled-hint')}
        </Notice>
      )}
      <ScopeNotice status={status} />
      <OldNotice status={status} />
    </div>
  )
}

/** Users that could not be read, and the way to try those again alone. */
function Gaps({ status }: { status: InventoryStatus }) {
  const text = useText()
  const actions = useInventoryActions()
  return status.gaps.map(({ users, problem }, at) => (
    <Notice
      // biome-ignore lint/suspicious/noArrayIndexKey: gaps have nothing else to be known by
      key={at}
      tone="warning"
      role="alert"
      testId="inventory-gap"
      title={users === null ? text('inventory.gap-rest') : text('inventory.gap', { count: users })}
      actions={
        at === 0 && (
          <Button variant="default" onClick={() => void actions.retryFailed()} data-testid="retry-failed">
            <T id="inventory.retry-failed" />
          </Button>
        )
      }
    >
      {text(`problem.${problem.code}.what`)}. {text('inventory.gap-hint')}
    </Notice>
  ))
}

/** This connection does not see everybody. */
function ScopeNotice({ status }: { status: InventoryStatus }) {
  const text = useText()
  const { scope } = status
  if (scope !== 'organization' && scope !== 'self') return null
  return (
    <Notice tone="neutral" testId={`scope-${scope}`} title={text(`inventory.scope.${scope}`)}>
      {text(`inventory.scope.${scope}.hint`)}
    </Notice>
  )
}

/** What is shown was read a while ago: why, and what to do about it. */
function OldNotice({ status }: { status: InventoryStatus }) {
  const text = useText()
  const actions = useInventoryActions()
  const { isConnected } = useInventoryEnvironment()
  const { readAt, phase, source, tokens } = status
  const isStale = useNow((now) => readAt !== null && now - readAt > STALE_MS)
  if (readAt === null || tokens === 0) return null
  const age = <Age at={readAt} />
  if (phase === 'loading') {
    if (source === 'live' && !isStale) return null
    return (
      <Notice tone="neutral" testId="snapshot" title={<T id="inventory.snapshot" values={{ age }} />}>
        {text('inventory.snapshot-hint')}
      </Notice>
    )
  }
  if (!isStale) return null
  if (!isConnected) {
    // Why stands above already, with what can be done.
    return (
      <Notice tone="neutral" testId="offline" title={<T id="inventory.offline" values={{ age }} />}>
        {text('inventory.offline-hint')}
      </Notice>
    )
  }
  return (
    <Notice
      tone="warning"
      testId="stale"
      title={<T id="inventory.stale" values={{ age }} />}
      actions={
        <Button variant="default" onClick={() => void actions.refresh()}>
          <T id="common.read-again" />
        </Button>
      }
    >
      {text('tokens.stale-hint')}
    </Notice>
  )
}
