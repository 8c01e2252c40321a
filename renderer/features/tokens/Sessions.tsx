import { Button } from '@mantine/core'
import { useMemo } from 'react'
import { useIntl } from 'react-intl'
import type { Session, UserAccess } from '#shared/contract/tokens.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime, relativeText, utcText } from '../../i18n/time.tsx'
import { useNow } from '../../ui/clock.tsx'
import { DataGrid, type GridColumn } from '../../ui/DataGrid.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Section } from '../../ui/Section.tsx'
import { spokenName } from '../../ui/spoken-name.ts'
import { useTokensActions } from './context.tsx'
import type { UserRef } from './store.ts'
import classes from './tokens.module.css'

/** Logins in a browser; killing them does not stop tokens, and revoking tokens does not end them. */
export function Sessions({
  access,
  userRef,
  mayKill,
}: {
  access: UserAccess
  userRef: UserRef
  mayKill: boolean
}) {
  const text = useText()
  const actions = useTokensActions()
  const { user, sessions, readAt, clockSkewMs } = access
  const columns = useMemo(() => {
    const list: GridColumn<Session>[] = [
      {
        id: 'started',
        header: text('session.column.started'),
        width: 'minmax(120px, 1fr)',
        rowHeader: true,
        sortBy: (session) => session.createdAt ?? 0,
        cell: ({ createdAt }) =>
          createdAt === null ? (
            <T id="token.unknown" />
          ) : (
            <RelativeTime at={createdAt} skewMs={clockSkewMs} />
          ),
      },
      {
        id: 'ends',
        header: text('session.column.ends'),
        width: 'minmax(120px, 1fr)',
        dimmed: true,
        sortBy: (session) => session.ttlSeconds ?? Number.POSITIVE_INFINITY,
        cell: ({ ttlSeconds }) =>
          ttlSeconds === null ? <T id="token.unknown" /> : <EndsIn at={readAt + ttlSeconds * 1_000} />,
      },
    ]
    if (mayKill) {
      list.push({
        id: 'actions',
        header: text('token.column.actions'),
        hiddenHeader: true,
        width: '148px',
        align: 'end',
        widget: true,
        cell: (session, tabIndex) => (
          <Button
            data-widget
            data-testid="kill-session"
            variant="subtle"
            color="red"
            size="compact-sm"
            tabIndex={tabIndex}
            aria-label={spokenName(
              text('session.kill'),
              session.createdAt === null ? text('token.unknown') : utcText(session.createdAt),
            )}
            onClick={() => actions.open({ name: 'kill-session', owner: user, ref: userRef, session })}
          >
            {text('session.kill')}
          </Button>
        ),
      })
    }
    return list
  }, [text, mayKill, actions, user, userRef, readAt, clockSkewMs])

  return (
    <Section
      title={text('session.list')}
      count={sessions === null ? undefined : text('common.count', { count: sessions.length })}
      aside={
        mayKill &&
        sessions !== null &&
        sessions.length > 0 && (
          <Button
            variant="default"
            data-testid="kill-sessions"
            onClick={() =>
              actions.open({ name: 'kill-sessions', owner: user, ref: userRef, count: sessions.length })
            }
          >
            {text('session.kill-all')}
          </Button>
        )
      }
    >
      {sessions === null ? (
        <p className={classes.dimmed}>{text('session.hidden')}</p>
      ) : sessions.length === 0 ? (
        <EmptyState title={text('session.empty')}>{text('session.empty-hint')}</EmptyState>
      ) : (
        <DataGrid
          label={text('session.list-of', { owner: user.name })}
          columns={columns}
          rows={sessions}
          rowId={(session) => session.id}
        />
      )}
    </Section>
  )
}

function EndsIn({ at }: { at: number }) {
  const intl = useIntl()
  const text = useText()
  return useNow((now) => (at <= now ? text('session.ended') : relativeText(intl, at, now)))
}
