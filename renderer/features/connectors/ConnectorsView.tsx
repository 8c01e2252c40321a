import { Button, Skeleton } from '@mantine/core'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ConnectorList } from './ConnectorList.tsx'
import { ConnectorPage } from './ConnectorPage.tsx'
import classes from './connectors.module.css'
import { useConnectorRights, useConnectors, useConnectorsActions, useFollowing } from './context.tsx'
import { StopDialog } from './StopDialog.tsx'

/** The connectors of a connection, or one of them closely (C-06, C-07). */
export function ConnectorsView({ connectorId, search }: { connectorId: string | null; search: string }) {
  const rights = useConnectorRights()
  if (!rights.look) return <NoRight />
  return <Looking connectorId={connectorId} search={search} />
}

function Looking({ connectorId, search }: { connectorId: string | null; search: string }) {
  useFollowing()
  const actions = useConnectorsActions()
  const status = useConnectors((state) => state.status)
  const stopping = useConnectors((state) => state.stopping)
  if (status === null || (status.readAt === null && status.phase === 'reading')) return <Loading />
  if (status.readAt === null && status.problem !== null) {
    return status.problem.code === 'missing-capability' ? (
      <NoRight />
    ) : (
      <ProblemNotice
        problem={status.problem}
        actions={
          <Button variant="default" onClick={() => void actions.refresh()} data-testid="retry">
            <T id="common.try-again" />
          </Button>
        }
      />
    )
  }
  return (
    <>
      {connectorId === null ? (
        <ConnectorList status={status} search={search} />
      ) : (
        <ConnectorPage key={connectorId} connectorId={connectorId} status={status} search={search} />
      )}
      {stopping !== null && <StopDialog connector={stopping} />}
    </>
  )
}

/** `connectors` and the managers need MODULES (opencti-api.md §5.1). */
function NoRight() {
  const text = useText()
  return (
    <EmptyState title={text('connectors.no-right')} testId="no-right">
      {text('connectors.no-right-hint')}
    </EmptyState>
  )
}

function Loading() {
  return (
    <div className={classes.skeleton} aria-busy="true" data-testid="loading">
      <span role="status" className={classes.dimmed}>
        <T id="connectors.loading" />
      </span>
      {[100, 100, 100, 100, 100, 100].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={index} height={20} width={`${width}%`} radius="xs" />
      ))}
    </div>
  )
}
