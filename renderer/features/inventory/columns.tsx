import { useMemo } from 'react'
import { FINDING_SEVERITY, type FindingId, sharpest } from '#shared/domain/findings.ts'
import { AccountState } from '../../i18n/account.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { TokenEnding, TokenName, TokenStatusMark } from '../../i18n/token.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import type { GridColumn } from '../../ui/GridParts.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import { useInventory, useSkew } from './context.tsx'
import classes from './inventory.module.css'
import type { ColumnId, InventoryRow } from './row.ts'
import { SelectAll, SelectRow } from './Selection.tsx'

const SEVERITY_TONE = { high: 'danger', medium: 'warning', low: 'neutral', info: 'neutral' } as const

export const toneOf = (finding: FindingId): Tone => SEVERITY_TONE[FINDING_SEVERITY[finding]]

/** The chosen columns, behind one to select with. */
export function useInventoryColumns(chosen: readonly ColumnId[]): GridColumn<InventoryRow>[] {
  const text = useText()
  const skewMs = useSkew()
  return useMemo(() => {
    const all = allColumns(text, skewMs)
    return [selectColumn(text), ...chosen.map((id) => ({ id, ...all[id] }))]
  }, [text, skewMs, chosen])
}

type Text = ReturnType<typeof useText>

function selectColumn(text: Text): GridColumn<InventoryRow> {
  return {
    id: 'select',
    header: text('inventory.select-all'),
    headerWidget: (tabIndex) => <SelectAll tabIndex={tabIndex} />,
    width: '32px',
    widget: true,
    cell: (row, tabIndex) => <SelectRow row={row} tabIndex={tabIndex} />,
  }
}

function allColumns(text: Text, skewMs: number): Record<ColumnId, Omit<GridColumn<InventoryRow>, 'id'>> {
  const time = (at: number | null, none: 'token.never' | 'token.unknown') =>
    at === null ? <T id={none} /> : <RelativeTime at={at} skewMs={skewMs} />
  return {
    name: {
      header: text('token.column.name'),
      width: 'minmax(84px, 1.7fr)',
      rowHeader: true,
      cell: ({ name }) => <TokenName name={name} />,
    },
    token: {
      header: text('token.column.token'),
      width: '62px',
      cell: ({ maskedToken }) => <TokenEnding maskedToken={maskedToken} />,
    },
    owner: {
      header: text('inventory.column.owner'),
      width: 'minmax(76px, 1.2fr)',
      cell: ({ holder }) => <ForeignText>{holder.name}</ForeignText>,
    },
    email: {
      header: text('users.column.email'),
      width: 'minmax(84px, 1.3fr)',
      dimmed: true,
      cell: ({ holder }) => <ForeignText>{holder.email}</ForeignText>,
    },
    kind: {
      header: text('users.column.kind'),
      width: 'minmax(72px, 0.8fr)',
      dimmed: true,
      cell: ({ holder }) => <T id={holder.serviceAccount ? 'users.service' : 'users.person'} />,
    },
    account: {
      header: text('users.column.account'),
      width: 'minmax(76px, 0.8fr)',
      cell: ({ holder }) => <AccountState user={holder} />,
    },
    created: {
      header: text('token.column.created'),
      width: 'minmax(80px, 0.9fr)',
      dimmed: true,
      cell: ({ createdAt }) => time(createdAt, 'token.unknown'),
    },
    expires: {
      header: text('token.column.expires'),
      width: 'minmax(80px, 0.9fr)',
      cell: ({ expiresAt }) => time(expiresAt, 'token.never'),
    },
    'last-used': {
      header: text('token.column.last-used'),
      headerNote: { word: text('token.column.approximate'), sign: '≈' },
      width: 'minmax(92px, 1fr)',
      dimmed: true,
      cell: ({ lastUsedAt }) => time(lastUsedAt, 'token.never'),
    },
    status: {
      header: text('token.column.status'),
      width: 'minmax(84px, 1fr)',
      cell: (row) => <TokenStatusMark token={row} skewMs={skewMs} />,
    },
    findings: {
      header: text('inventory.column.findings'),
      width: 'minmax(92px, 1.5fr)',
      cell: (row) => <FindingsCell row={row} />,
    },
  }
}

/** The worst finding of a token, and how many more there are. */
function FindingsCell({ row }: { row: InventoryRow }) {
  // A judgement changes the row itself; the version tells.
  const findings = useInventory(() => row.findings)
  const [worst, ...others] = sharpest(findings)
  if (worst === undefined) return <span className={classes.dimmed}>–</span>
  return (
    <span className={classes.found}>
      <StateMark tone={toneOf(worst)}>
        <T id={`finding.${worst}.short`} />
      </StateMark>
      {others.length > 0 && <span className={classes.more}>+{others.length}</span>}
    </span>
  )
}
