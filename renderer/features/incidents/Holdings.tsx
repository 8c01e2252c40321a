import { Button } from '@mantine/core'
import { useMemo } from 'react'
import type { HoldingsOfOwner, Preview } from '#shared/contract/incidents.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Age, RelativeTime, useDateText } from '../../i18n/time.tsx'
import { DataGrid, type GridColumn } from '../../ui/DataGrid.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Section } from '../../ui/Section.tsx'
import classes from './incidents.module.css'
import { TokenWords } from './TokenWords.tsx'

type Held = HoldingsOfOwner['tokens'][number]

/** What one person holds now, with its age, and what stops when it goes (T-13). */
export function HoldingsList({
  holdings,
  preview,
  onRead,
}: {
  holdings: HoldingsOfOwner
  preview: Preview
  onRead: () => void
}) {
  const text = useText()
  const dateText = useDateText()
  const { user, tokens } = holdings
  const columns = useMemo<GridColumn<Held>[]>(
    () => [
      {
        id: 'token',
        header: text('token.column.token'),
        width: 'minmax(200px, 2fr)',
        rowHeader: true,
        cell: (token) => <TokenWords token={token} />,
      },
      {
        id: 'used',
        header: text('token.column.last-used'),
        width: 'minmax(120px, 1fr)',
        sortBy: ({ lastUsedAt }) => lastUsedAt ?? 0,
        cell: ({ lastUsedAt }) =>
          lastUsedAt === null ? (
            <T id="token.never" />
          ) : (
            <RelativeTime at={lastUsedAt} skewMs={preview.clockSkewMs} />
          ),
      },
      {
        id: 'expires',
        header: text('token.column.expires'),
        width: 'minmax(100px, 1fr)',
        dimmed: true,
        sortBy: ({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY,
        cell: ({ expiresAt }) => (expiresAt === null ? <T id="token.never" /> : dateText(expiresAt)),
      },
    ],
    [text, dateText, preview.clockSkewMs],
  )
  return (
    <Section
      title={text('device.holds')}
      aside={
        <span className={classes.toolbar}>
          <T id="common.read" values={{ age: <Age at={preview.readAt} /> }} />
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<Icon name="refresh" />}
            onClick={onRead}
            data-testid="refresh"
          >
            <T id="common.refresh" />
          </Button>
        </span>
      }
    >
      <Facts
        facts={[
          {
            key: 'who',
            name: text('device.person'),
            value: (
              <span className={classes.pair}>
                <ForeignText>{user.name}</ForeignText> <ForeignText dimmed>{user.email}</ForeignText>
              </span>
            ),
          },
          { key: 'sessions', name: text('session.list'), value: <SessionsWords holdings={holdings} /> },
          {
            key: 'connectors',
            name: text('device.connectors'),
            value: <ConnectorsWords holdings={holdings} />,
          },
        ]}
      />
      {tokens.length > 0 ? (
        <div className={classes.held}>
          <DataGrid
            label={text('tokens.list-of', { owner: user.name })}
            columns={columns}
            rows={tokens}
            rowId={(token) => token.id}
            initialSort={[{ id: 'used', desc: true }]}
          />
        </div>
      ) : (
        <p className={classes.dimmed}>{text('device.no-tokens')}</p>
      )}
    </Section>
  )
}

function SessionsWords({ holdings: { sessions } }: { holdings: HoldingsOfOwner }) {
  const text = useText()
  return sessions === null ? text('device.not-known') : text('device.session-count', { count: sessions })
}

/** Connectors by name while they are few; what cannot be known is said. */
export function ConnectorsWords({
  holdings: { connectors },
}: {
  holdings: Pick<HoldingsOfOwner, 'connectors'>
}) {
  const text = useText()
  if (connectors === null) return text('device.connectors-not-known')
  if (connectors.length === 0) return text('device.no-connectors')
  return (
    <span className={classes.list}>
      {connectors.map(({ id, name }) => (
        <ForeignText key={id}>{name}</ForeignText>
      ))}
    </span>
  )
}
