import { Button } from '@mantine/core'
import { useMemo } from 'react'
import type { RevokedToken, Token } from '#shared/contract/tokens.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { nameWithEnding, TokenEnding, TokenName } from '../../i18n/token.tsx'
import type { GridColumn } from '../../ui/DataGrid.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { NotUsedYet } from './FirstUse.tsx'
import { End, Status } from './PlannedMarks.tsx'
import type { PlannedTokens } from './plans.ts'
import classes from './tokens.module.css'

const NEVER_FIRST = Number.NEGATIVE_INFINITY
const NEVER_LAST = Number.POSITIVE_INFINITY

/** The columns that every list of tokens starts with (FR-008, FR-009). */
function commonColumns(text: ReturnType<typeof useText>, skewMs: number): GridColumn<Token>[] {
  return [
    {
      id: 'name',
      header: text('token.column.name'),
      width: 'minmax(78px, 1.6fr)',
      rowHeader: true,
      sortBy: (token) => token.name.toLocaleLowerCase(),
      cell: (token) => <TokenName name={token.name} />,
    },
    {
      id: 'token',
      header: text('token.column.token'),
      width: 'var(--grid-token)',
      cell: (token) => <TokenEnding maskedToken={token.maskedToken} />,
    },
    {
      id: 'created',
      header: text('token.column.created'),
      width: 'minmax(98px, 1fr)',
      dimmed: true,
      sortBy: (token) => token.createdAt ?? NEVER_FIRST,
      cell: (token) =>
        token.createdAt === null ? (
          <T id="token.unknown" />
        ) : (
          <RelativeTime at={token.createdAt} skewMs={skewMs} />
        ),
    },
  ]
}

/** What can be done with one token. */
export interface TokenDeeds {
  revoke(token: Token): void
  plan(token: Token): void
}

/**
 * Tokens that open something.
 * @param waiting those whose first use is watched for
 * @param planned what is set up for them
 * @param deeds null where the holder may only look
 */
export function useTokenColumns(
  skewMs: number,
  waiting: ReadonlySet<string>,
  planned: PlannedTokens,
  deeds: TokenDeeds | null,
): GridColumn<Token>[] {
  const text = useText()
  return useMemo(() => {
    const columns: GridColumn<Token>[] = [
      ...commonColumns(text, skewMs),
      {
        id: 'expires',
        header: text('token.column.expires'),
        width: 'minmax(104px, 1fr)',
        sortBy: (token) => token.expiresAt ?? NEVER_LAST,
        cell: (token) => <End token={token} planned={planned.get(token.id)} skewMs={skewMs} />,
      },
      {
        id: 'last-used',
        header: text('token.column.last-used'),
        headerNote: { word: text('token.column.approximate'), sign: '≈' },
        width: 'minmax(104px, 1fr)',
        dimmed: true,
        sortBy: (token) => token.lastUsedAt ?? NEVER_FIRST,
        cell: (token) =>
          token.lastUsedAt === null ? (
            waiting.has(token.id) ? (
              <NotUsedYet />
            ) : (
              <T id="token.never" />
            )
          ) : (
            <RelativeTime at={token.lastUsedAt} skewMs={skewMs} />
          ),
      },
      {
        id: 'status',
        header: text('token.column.status'),
        width: 'minmax(108px, 0.9fr)',
        cell: (token) => <Status token={token} planned={planned.get(token.id)} skewMs={skewMs} />,
      },
    ]
    if (deeds) {
      columns.push(planColumn(text, deeds.plan))
      columns.push({
        id: 'actions',
        header: text('token.column.actions'),
        hiddenHeader: true,
        width: 'var(--grid-action)',
        align: 'end',
        widget: true,
        cell: (token, tabIndex) => (
          <Button
            data-widget
            data-testid="revoke"
            variant="subtle"
            color="red"
            size="compact-sm"
            leftSection={<Icon name="trash" />}
            classNames={{ root: classes.action, section: classes.actionIcon }}
            tabIndex={tabIndex}
            aria-label={text('token.revoke-named', { name: nameWithEnding(token) })}
            onClick={() => deeds.revoke(token)}
          >
            {text('token.revoke')}
          </Button>
        ),
      })
    }
    return columns
  }, [text, skewMs, waiting, planned, deeds])
}

/** What shall happen later; a word where there is room for it. */
function planColumn(text: ReturnType<typeof useText>, plan: (token: Token) => void): GridColumn<Token> {
  return {
    id: 'plan',
    header: text('plan.column'),
    hiddenHeader: true,
    width: 'var(--grid-plan)',
    align: 'end',
    widget: true,
    cell: (token, tabIndex) => (
      <Button
        data-widget
        data-testid="plan"
        variant="subtle"
        size="compact-sm"
        leftSection={<Icon name="clock" />}
        classNames={{ root: classes.action, label: classes.planWord, section: classes.planIcon }}
        tabIndex={tabIndex}
        title={text('plan.open')}
        aria-label={text('plan.open-named', { name: nameWithEnding(token) })}
        onClick={() => plan(token)}
      >
        {text('plan.open')}
      </Button>
    ),
  }
}

/** Tokens that no longer open anything, where the platform keeps them (T-14). */
export function useRevokedColumns(skewMs: number): GridColumn<RevokedToken>[] {
  const text = useText()
  return useMemo(
    () => [
      ...(commonColumns(text, skewMs) as GridColumn<RevokedToken>[]),
      {
        id: 'revoked',
        header: text('token.column.revoked'),
        width: 'minmax(104px, 1fr)',
        sortBy: (token) => token.revokedAt,
        cell: (token) => <RelativeTime at={token.revokedAt} skewMs={skewMs} />,
      },
      {
        id: 'revoked-by',
        header: text('token.column.revoked-by'),
        width: 'minmax(90px, 1fr)',
        dimmed: true,
        cell: (token) =>
          token.revokedBy === null ? <T id="token.unknown" /> : <ForeignText>{token.revokedBy}</ForeignText>,
      },
      {
        id: 'reason',
        header: text('token.column.reason'),
        width: 'minmax(90px, 1.4fr)',
        dimmed: true,
        cell: (token) =>
          token.reason ? <ForeignText>{token.reason}</ForeignText> : <T id="token.no-reason" />,
      },
    ],
    [text, skewMs],
  )
}
