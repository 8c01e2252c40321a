import { Button } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { type FindingId, findingIds } from '#shared/domain/findings.ts'
import { AccountState } from '../../i18n/account.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { TokenEnding, TokenName, TokenStatusMark } from '../../i18n/token.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { toneOf } from './columns.tsx'
import { useInventory, useInventoryEnvironment, useSkew } from './context.tsx'
import classes from './inventory.module.css'
import type { InventoryRow } from './row.ts'

/** Everything known of one token, beside the table. */
export function TokenPanel({ row, onClose }: { row: InventoryRow; onClose: () => void }) {
  const text = useText()
  const title = useId()
  const skewMs = useSkew()
  const { onShowUser, plansOf } = useInventoryEnvironment()
  const { holder } = row
  return (
    <aside
      className={classes.panel}
      aria-labelledby={title}
      data-testid="token-panel"
      onKeyDown={(event: KeyboardEvent) => event.key === 'Escape' && onClose()}
    >
      <div className={classes.panelHead}>
        <h2 id={title}>
          <TokenName name={row.name} />
        </h2>
        <button
          type="button"
          className={classes.panelClose}
          aria-label={text('inventory.panel-close')}
          onClick={onClose}
          data-testid="close-panel"
        >
          <Icon name="close" />
        </button>
      </div>
      <div className={classes.panelMarks}>
        <TokenEnding maskedToken={row.maskedToken} />
        <TokenStatusMark token={row} skewMs={skewMs} />
      </div>
      <PanelPart title={text('inventory.column.owner')}>
        <Facts
          facts={[
            { key: 'name', name: text('users.column.name'), value: <ForeignText>{holder.name}</ForeignText> },
            {
              key: 'email',
              name: text('users.column.email'),
              value: <ForeignText>{holder.email}</ForeignText>,
            },
            { key: 'account', name: text('users.column.account'), value: <AccountState user={holder} /> },
            {
              key: 'kind',
              name: text('users.column.kind'),
              value: <T id={holder.serviceAccount ? 'users.service' : 'users.person'} />,
            },
          ]}
        />
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => onShowUser(holder.id)}
          data-testid="show-owner"
        >
          <T id="inventory.show-owner" />
        </Button>
      </PanelPart>
      <PanelPart title={text('planned.title')}>{plansOf(row)}</PanelPart>
      <PanelPart title={text('inventory.column.findings')}>
        <Findings row={row} />
      </PanelPart>
      <PanelPart title={text('inventory.history')}>
        <History row={row} skewMs={skewMs} />
      </PanelPart>
    </aside>
  )
}

function PanelPart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.panelPart}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

/** What is wrong with it, why that matters, and what to do. */
function Findings({ row }: { row: InventoryRow }) {
  const found = findingIds(useInventory(() => row.findings))
  if (found.length === 0)
    return (
      <p className={classes.dimmed}>
        <T id="inventory.no-findings" />
      </p>
    )
  return (
    <ul className={classes.findings}>
      {found.map((id) => (
        <li key={id}>
          <FindingText id={id} />
        </li>
      ))}
    </ul>
  )
}

export function FindingText({ id }: { id: FindingId }) {
  const text = useText()
  return (
    <>
      <StateMark tone={toneOf(id)}>
        <strong>{text(`finding.${id}.title`)}</strong>
      </StateMark>
      <p>{text(`finding.${id}.why`)}</p>
      <p className={classes.dimmed}>{text(`finding.${id}.do`)}</p>
    </>
  )
}

/** What the platform tells of its life, in the order it happened in. */
function History({ row, skewMs }: { row: InventoryRow; skewMs: number }) {
  const text = useText()
  const { createdAt, lastUsedAt, expiresAt } = row
  const isOver = useNow((now) => expiresAt !== null && expiresAt <= now + skewMs)
  const end = isOver ? 'inventory.history.expired' : 'inventory.history.expires'
  return (
    <Facts
      facts={[
        {
          key: 'created',
          name: text('token.column.created'),
          value: createdAt === null ? text('token.unknown') : <RelativeTime at={createdAt} skewMs={skewMs} />,
        },
        {
          key: 'used',
          name: text('inventory.history.used'),
          value: lastUsedAt === null ? text('token.never') : <RelativeTime at={lastUsedAt} skewMs={skewMs} />,
        },
        {
          key: 'expires',
          name: text(end),
          value: expiresAt === null ? text('token.never') : <RelativeTime at={expiresAt} skewMs={skewMs} />,
        },
      ]}
    />
  )
}
