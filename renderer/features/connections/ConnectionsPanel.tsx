import { Button, Skeleton } from '@mantine/core'
import { useState } from 'react'
import type { Connection } from '#shared/contract/connections.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { MessageId } from '../../i18n/catalogue.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText, visibleText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Section } from '../../ui/Section.tsx'
import { spokenName } from '../../ui/spoken-name.ts'
import { ConnectionMark } from './ConnectionMark.tsx'
import { ConnectionName } from './ConnectionName.tsx'
import classes from './connections.module.css'
import { useConnections, useConnectionsActions, useConnectionsEnvironment } from './context.tsx'
import { KIND_NAMES } from './kind-names.ts'

/** Settings: every platform the console knows. */
export function ConnectionsPanel() {
  const text = useText()
  const list = useConnections((state) => state.list)
  const actions = useConnectionsActions()
  const hasOthers = list?.some(({ embedded }) => !embedded) ?? true
  return (
    <Section
      title={text('settings.connections')}
      aside={
        <Button
          leftSection={<Icon name="plus" />}
          onClick={() => actions.open({ name: 'add-connection' })}
          data-testid="add-connection"
        >
          <T id="connection.add" />
        </Button>
      }
    >
      {list === null ? (
        <Skeleton height={80} radius="xs" aria-busy="true" />
      ) : (
        list.map((connection) => <ConnectionCard key={connection.id} connection={connection} />)
      )}
      {!hasOthers && (
        <EmptyState title={text('connection.only-local')}>{text('connection.only-local-hint')}</EmptyState>
      )}
    </Section>
  )
}

function ConnectionCard({ connection }: { connection: Connection }) {
  const text = useText()
  const actions = useConnectionsActions()
  const { activeId, lost, onActivate } = useConnectionsEnvironment()
  const [problem, setProblem] = useState<Problem | null>(null)
  const { state, embedded } = connection
  const isActive = connection.id === activeId
  const nameFor = (deed: MessageId): string =>
    spokenName(text(deed), embedded ? text('settings.local') : visibleText(connection.name))
  const test = (): void => void actions.test(connection.id).then(setProblem)
  return (
    <article className={classes.card} data-active={isActive || undefined} data-testid="connection">
      <div className={classes.cardHead}>
        <h3>
          <ConnectionName connection={connection} />
        </h3>
        <ConnectionMark state={state} lost={lost} />
        {(state.phase === 'ready' || state.phase === 'failed') && (
          <span className={classes.dimmed}>
            <T id="connection.checked" values={{ age: <Age at={state.checkedAt} /> }} />
            {state.phase === 'ready' &&
              ` · ${text('connection.latency', { ms: Math.round(state.latencyMs) })}`}
          </span>
        )}
      </div>
      <ConnectionFacts connection={connection} />
      {state.phase === 'failed' && <ProblemNotice problem={state.problem} />}
      {problem && <ProblemNotice problem={problem} />}
      <div className={classes.cardButtons}>
        {!isActive && (
          <Button
            variant="default"
            onClick={() => onActivate(connection.id)}
            aria-label={nameFor('connection.use')}
          >
            <T id="connection.use" />
          </Button>
        )}
        <BusyButton
          variant="default"
          onClick={test}
          busy={state.phase === 'testing'}
          aria-label={nameFor('connection.test')}
          data-testid="test-connection"
        >
          <T id="connection.test" />
        </BusyButton>
        {!embedded && (
          <>
            <Button
              variant="default"
              onClick={() => actions.open({ name: 'rename-connection', connection })}
              aria-label={nameFor('connection.rename')}
              data-testid="rename-connection"
            >
              <T id="connection.rename" />
            </Button>
            <Button
              variant="default"
              onClick={() => actions.open({ name: 'new-connection-token', connection })}
              aria-label={nameFor('connection.new-token')}
              data-testid="new-token"
            >
              <T id="connection.new-token" />
            </Button>
            <Button
              variant="subtle"
              color="red"
              leftSection={<Icon name="trash" />}
              onClick={() => actions.open({ name: 'remove-connection', connection })}
              aria-label={nameFor('connection.remove')}
              data-testid="remove-connection"
            >
              <T id="connection.remove" />
            </Button>
          </>
        )}
      </div>
    </article>
  )
}

function ConnectionFacts({ connection }: { connection: Connection }) {
  const text = useText()
  const { state } = connection
  const identity = state.phase === 'ready' || state.phase === 'failed' ? state.identity : null
  const facts = [
    { key: 'url', name: text('connection.address'), value: connection.url },
    { key: 'kind', name: text('openaev.product'), value: KIND_NAMES[connection.kind] },
    ...(identity
      ? [
          {
            key: 'platform',
            name: text('connection.platform'),
            value: (
              <>
                <ForeignText>{identity.platformTitle}</ForeignText>{' '}
                {identity.version !== null ? (
                  visibleText(identity.version)
                ) : (
                  <T id="connection.version-not-told" />
                )}
              </>
            ),
          },
          {
            key: 'identity',
            name: text('connection.as'),
            value: (
              <>
                <ForeignText>{identity.name}</ForeignText> <ForeignText dimmed>{identity.email}</ForeignText>
              </>
            ),
          },
        ]
      : []),
    {
      key: 'token',
      name: text('connection.token'),
      value: text(`connection.token-place.${connection.tokenPlace}`),
    },
    ...(connection.caPem === null
      ? []
      : [{ key: 'ca', name: text('connection.ca'), value: text('connection.ca-own') }]),
    ...(connection.proxy === null
      ? []
      : [{ key: 'proxy', name: text('connection.proxy'), value: connection.proxy }]),
  ]
  return <Facts facts={facts} />
}
