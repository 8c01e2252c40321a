import { Button, Skeleton } from '@mantine/core'
import { useEffect, useMemo } from 'react'
import type { UserSummary } from '#shared/contract/tokens.ts'
import { AccountState } from '../../i18n/account.tsx'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { ReadAge } from '../../i18n/read-age.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { DataGrid, type GridColumn } from '../../ui/DataGrid.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { NoMatch } from './AccessView.tsx'
import { useTokens, useTokensActions, useTokensEnvironment } from './context.tsx'
import classes from './tokens.module.css'

/** The users to pick from: searched and paged by the platform, loaded on as one scrolls. */
export function UsersView({ search }: { search: string }) {
  const text = useText()
  const { connection, identity, onShowUser } = useTokensEnvironment()
  const hasTokens = identity?.features.apiTokens ?? true
  const actions = useTokensActions()
  const users = useTokens((state) => state.users)
  const asked = useTokens((state) => state.search)
  const isReady = connection.state.phase === 'ready'

  useEffect(() => {
    if (!isReady) return
    if (search !== asked) actions.searchUsers(search)
    else if ((users.data === null || users.outdated) && !users.loading && users.problem === null)
      actions.searchUsers(search, 'now')
  }, [search, asked, isReady, users, actions])

  // A reading that failed is tried again when the connection comes back, not at each answer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read must not start another reading
  useEffect(() => {
    if (isReady && users.problem !== null) actions.searchUsers(search, 'now')
  }, [isReady])

  const columns = useMemo<GridColumn<UserSummary>[]>(() => {
    // An old platform is not asked for it.
    const kind: GridColumn<UserSummary> = {
      id: 'kind',
      header: text('users.column.kind'),
      width: 'minmax(124px, 0.8fr)',
      dimmed: true,
      cell: (user) => <T id={user.serviceAccount ? 'users.service' : 'users.person'} />,
    }
    return [
      {
        id: 'name',
        header: text('users.column.name'),
        width: 'minmax(140px, 1.2fr)',
        rowHeader: true,
        widget: true,
        cell: (user, tabIndex) => (
          <button
            type="button"
            data-widget
            data-testid="user"
            className={classes.open}
            tabIndex={tabIndex}
            onClick={(event) => {
              event.stopPropagation()
              onShowUser(user.id)
            }}
          >
            <ForeignText>{user.name}</ForeignText>
          </button>
        ),
      },
      {
        id: 'email',
        header: text('users.column.email'),
        width: 'minmax(160px, 1.6fr)',
        dimmed: true,
        cell: (user) => <ForeignText>{user.email}</ForeignText>,
      },
      {
        id: 'account',
        header: text('users.column.account'),
        width: 'minmax(100px, 0.8fr)',
        cell: (user) => <AccountState user={user} />,
      },
      ...(hasTokens ? [kind] : []),
      {
        id: 'tokens',
        header: text('users.column.tokens'),
        width: hasTokens ? '84px' : '120px',
        align: 'end',
        cell: (user) =>
          hasTokens ? (user.tokenCount ?? <T id="users.not-told" />) : <T id="users.one-plain-key" />,
      },
    ]
  }, [text, onShowUser, hasTokens])

  const retry = (
    <Button variant="default" onClick={() => actions.searchUsers(search, 'now')} data-testid="retry">
      <T id="common.try-again" />
    </Button>
  )
  if (users.data === null)
    return users.problem ? <ProblemNotice problem={users.problem} actions={retry} /> : <LoadingUsers />

  const { users: rows, total, readAt } = users.data
  return (
    <Section
      title={text('users.list')}
      count={
        rows.length < total
          ? text('users.count-loaded', { loaded: rows.length, total })
          : text('common.count', { count: total })
      }
      aside={
        <span className={classes.toolbar}>
          <ReadAge
            readAt={readAt}
            loading={users.loading}
            onRefresh={() => actions.searchUsers(search, 'now')}
          />
        </span>
      }
    >
      {!hasTokens && (
        <div className={classes.notices}>
          <Notice tone="neutral" title={text('tokens.hindrance.old-platform')} testId="old-platform">
            {text('tokens.hindrance.old-platform.hint')}
          </Notice>
        </div>
      )}
      {users.problem && (
        <div className={classes.notices}>
          <ProblemNotice problem={users.problem} actions={retry} tone="warning" />
        </div>
      )}
      {rows.length > 0 ? (
        <DataGrid
          label={text('users.list')}
          columns={columns}
          rows={rows}
          rowId={(user) => user.id}
          total={total}
          onOpen={(user) => onShowUser(user.id)}
          onNearEnd={actions.moreUsers}
        />
      ) : search.trim() === '' ? (
        <EmptyState title={text('users.empty')} testId="no-users">
          {text('users.empty-hint')}
        </EmptyState>
      ) : (
        <NoMatch search={search} />
      )}
    </Section>
  )
}

function LoadingUsers() {
  return (
    <div className={classes.skeleton} aria-busy="true" data-testid="loading">
      <span role="status" className={classes.dimmed}>
        <T id="users.loading" />
      </span>
      {[100, 100, 100, 100, 100, 100].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={index} height={20} width={`${width}%`} radius="xs" />
      ))}
    </div>
  )
}
