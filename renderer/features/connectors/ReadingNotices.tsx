import { Button } from '@mantine/core'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Notice } from '../../ui/Notice.tsx'
import classes from './connectors.module.css'
import { useConnectorsActions } from './context.tsx'
import { OpenAevNotices } from './OpenAev.tsx'
import type { ConnectorsStatus } from './store.ts'

/** While somebody looks it is read every ten seconds: six times that has a reason. */
const STALE_MS = 60_000

/** What has to be said before the list: what failed, what is old, what is missing. */
export function ReadingNotices({
  status,
  hasManaged = true,
}: {
  status: ConnectorsStatus
  /** false: nothing waits for a composer */
  hasManaged?: boolean
}) {
  const text = useText()
  const actions = useConnectorsActions()
  const isStale = useNow((now) => status.readAt !== null && now - status.readAt > STALE_MS)
  const retry = (
    <Button variant="default" onClick={() => void actions.refresh()} data-testid="retry">
      <T id="common.read-again" />
    </Button>
  )
  return (
    <div className={classes.notices}>
      {status.problem !== null && (
        <ProblemNotice problem={status.problem} tone="warning" actions={retry} testId="reading-failed" />
      )}
      {isStale && status.problem === null && (
        <Notice tone="warning" testId="stale" title={text('connectors.stale')} actions={retry}>
          {text('connectors.stale-hint')}
        </Notice>
      )}
      {status.unreadable > 0 && (
        <Notice
          tone="warning"
          testId="unreadable"
          title={text('connectors.unreadable', { count: status.unreadable })}
        >
          {text('connectors.unreadable-hint')}
        </Notice>
      )}
      <OpenAevNotices status={status} hasManaged={hasManaged} />
      <ManagersNotice status={status} />
    </div>
  )
}

/** A composer that does not ping carries nothing out and reports nothing. */
function ManagersNotice({ status: { managers, managersProblem } }: { status: ConnectorsStatus }) {
  const text = useText()
  if (managersProblem !== null) {
    return <ProblemNotice problem={managersProblem} tone="warning" testId="managers-failed" />
  }
  const [silent] = managers?.filter(({ active }) => !active) ?? []
  if (silent === undefined) return null
  return (
    <Notice
      tone="danger"
      testId="manager-silent"
      title={
        silent.lastPingAt === null ? (
          <T id="manager.silent-never" />
        ) : (
          <T id="manager.silent" values={{ age: <Age at={silent.lastPingAt} /> }} />
        )
      }
    >
      {text('manager.silent-hint')}
    </Notice>
  )
}
