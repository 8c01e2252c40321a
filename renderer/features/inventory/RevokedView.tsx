import { Button } from '@mantine/core'
import { useCallback, useMemo, useState } from 'react'
import type { Tombstone } from '#shared/contract/inventory.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { TokenEnding, TokenName } from '../../i18n/token.tsx'
import { DataGrid, type GridColumn } from '../../ui/DataGrid.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { foldText } from '../../ui/row-index/fold.ts'
import { Section } from '../../ui/Section.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import { ChangesSection } from './ChangesSection.tsx'
import { useInventory, useInventoryActions, useInventoryEnvironment, useSkew } from './context.tsx'
import classes from './inventory.module.css'
import { useReading } from './use-reading.ts'

/** Tombstones that are asked for at a time. */
const PAGE = 500

/** Tokens that open nothing any more, from this console's memory and the platform's record, and what changed since (T-14). */
export function RevokedView({ search }: { search: string }) {
  const text = useText()
  const { keepsRevoked } = useInventoryEnvironment()
  const source = keepsRevoked ? 'platform' : 'memory'
  return (
    <>
      <div className={classes.notices}>
        <Notice tone="neutral" testId={`source-${source}`} title={text(`revoked.source-${source}`)}>
          {text(`revoked.source-${source}-hint`)}
          {keepsRevoked && <RecordAge />}
        </Notice>
        <RecordProblem />
      </div>
      <Tombstones search={search} />
      <ChangesSection />
    </>
  )
}

function RecordAge() {
  const readAt = useInventory(({ status }) => status?.recordsReadAt ?? null)
  const isPart = useInventory(({ status }) => status != null && status.recordsProblem !== null)
  return (
    <>
      {readAt !== null && (
        <p>
          <T id="revoked.record-read" values={{ when: <RelativeTime at={readAt} /> }} />
        </p>
      )}
      {isPart && (
        <p>
          <T id="revoked.record-failed" />
        </p>
      )}
    </>
  )
}

/** What is shown is true, but perhaps not all. */
function RecordProblem() {
  const actions = useInventoryActions()
  const problem = useInventory(({ status }) => status?.recordsProblem ?? null)
  if (problem === null) return null
  return (
    <ProblemNotice
      problem={problem}
      tone="warning"
      testId="record-problem"
      actions={
        <Button variant="default" onClick={() => void actions.refresh()} data-testid="retry-record">
          <T id="common.try-again" />
        </Button>
      }
    />
  )
}

function Tombstones({ search }: { search: string }) {
  const text = useText()
  const { client } = useInventoryEnvironment()
  const connectionId = useInventory((state) => state.connectionId)
  const readAt = useInventory((state) => state.status?.readAt ?? null)
  // A response changes what is known between two readings; while one is under way its end is waited for.
  const revision = useInventory(({ status }) => (status?.phase === 'loading' ? null : status?.revision))
  const recordsReadAt = useInventory(({ status }) => status?.recordsReadAt ?? null)
  const [pages, setPages] = useState(1)
  const columns = useTombstoneColumns()

  // biome-ignore lint/correctness/useExhaustiveDependencies: after each read of the platform, and each revocation, more may be gone
  const read = useCallback(async () => {
    const tombstones: Tombstone[] = []
    let cursor: string | null = null
    let total = 0
    for (let page = 0; page < pages && connectionId !== null; page++) {
      const piece: Awaited<ReturnType<typeof client.inventory.tombstones>> =
        await client.inventory.tombstones({ connectionId, after: cursor, first: PAGE })
      tombstones.push(...piece.tombstones)
      total = piece.total
      cursor = piece.nextCursor
      if (cursor === null) break
    }
    return { tombstones, total }
  }, [client, connectionId, pages, readAt, recordsReadAt, revision])
  const { data, problem, again } = useReading(read)
  const shown = useMemo(() => (data ? data.tombstones.filter(matching(search)) : []), [data, search])
  const isAll = data !== null && data.tombstones.length >= data.total

  return (
    <Section
      title={text('revoked.list')}
      count={
        data &&
        (shown.length === data.total
          ? text('common.count', { count: data.total })
          : text('common.count-of', { shown: shown.length, all: data.total }))
      }
    >
      {problem && (
        <div className={classes.notices}>
          <ProblemNotice
            problem={problem}
            tone={data ? 'warning' : 'danger'}
            actions={
              <Button variant="default" onClick={again} data-testid="retry">
                <T id="common.try-again" />
              </Button>
            }
          />
        </div>
      )}
      {data === null ? (
        problem === null && (
          <p role="status" className={classes.dimmed} data-testid="loading">
            <T id="revoked.loading" />
          </p>
        )
      ) : data.total === 0 ? (
        <EmptyState title={text('revoked.empty')} testId="revoked-empty">
          {text('revoked.empty-hint')}
        </EmptyState>
      ) : shown.length === 0 && isAll ? (
        <EmptyState
          title={<T id="common.no-match" values={{ search: search.trim().slice(0, 80) }} />}
          testId="no-match"
        >
          {text('common.no-match-hint')}
        </EmptyState>
      ) : (
        <DataGrid
          label={text('revoked.list')}
          columns={columns}
          rows={shown}
          rowId={({ id, owner, goneAt }) => `${owner.id} ${id} ${goneAt}`}
          total={isAll ? shown.length : data.total}
          onNearEnd={isAll ? undefined : () => setPages(Math.ceil(data.tombstones.length / PAGE) + 1)}
        />
      )}
    </Section>
  )
}

function matching(search: string): (tombstone: Tombstone) => boolean {
  const words = foldText(search.replaceAll('…', ' ')).split(/\s+/)
  return ({ name, maskedToken, owner, by, reason }) => {
    const texts = foldText([name, maskedToken, owner.name, owner.email, by ?? '', reason ?? ''].join('\n'))
    return words.every((word) => texts.includes(word))
  }
}

const FATE_TONE: Readonly<Record<Tombstone['fate'], Tone>> = {
  revoked: 'good',
  vanished: 'neutral',
  unsettled: 'warning',
  elsewhere: 'good',
}

function useTombstoneColumns(): GridColumn<Tombstone>[] {
  const text = useText()
  const skewMs = useSkew()
  return useMemo(
    () => [
      {
        id: 'name',
        header: text('token.column.name'),
        width: 'minmax(72px, 1.4fr)',
        rowHeader: true,
        sortBy: ({ name }) => foldText(name),
        cell: ({ name }) => <TokenName name={name} />,
      },
      {
        id: 'token',
        header: text('token.column.token'),
        width: '64px',
        cell: ({ maskedToken }) => <TokenEnding maskedToken={maskedToken} />,
      },
      {
        id: 'owner',
        header: text('inventory.column.owner'),
        width: 'minmax(64px, 1.1fr)',
        sortBy: ({ owner }) => foldText(owner.name),
        cell: ({ owner }) => <ForeignText>{owner.name}</ForeignText>,
      },
      {
        id: 'gone',
        header: text('revoked.column.gone'),
        width: 'minmax(76px, 0.9fr)',
        sortBy: ({ goneAt }) => goneAt,
        cell: ({ goneAt }) => <RelativeTime at={goneAt} />,
      },
      {
        id: 'how',
        header: text('revoked.column.how'),
        width: 'minmax(104px, 1.6fr)',
        sortBy: ({ fate }) => fate,
        cell: ({ fate }) => <StateMark tone={FATE_TONE[fate]}>{text(`revoked.fate.${fate}`)}</StateMark>,
      },
      {
        id: 'known-from',
        header: text('revoked.column.known-from'),
        width: 'minmax(68px, 0.9fr)',
        dimmed: true,
        sortBy: ({ knownFrom }) => knownFrom,
        cell: ({ knownFrom }) => text(`revoked.known.${knownFrom}`),
      },
      {
        id: 'by',
        header: text('token.column.revoked-by'),
        width: 'minmax(60px, 0.8fr)',
        dimmed: true,
        cell: ({ by }) => (by === null ? <T id="token.unknown" /> : <ForeignText>{by}</ForeignText>),
      },
      {
        id: 'last-used',
        header: text('token.column.last-used'),
        headerNote: { word: text('token.column.approximate'), sign: '≈' },
        width: 'minmax(72px, 0.9fr)',
        dimmed: true,
        cell: ({ lastUsedAt }) =>
          lastUsedAt === null ? <T id="token.never" /> : <RelativeTime at={lastUsedAt} skewMs={skewMs} />,
      },
      {
        id: 'reason',
        header: text('token.column.reason'),
        width: 'minmax(60px, 1.1fr)',
        dimmed: true,
        cell: ({ reason }) => (reason ? <ForeignText>{reason}</ForeignText> : <T id="token.no-reason" />),
      },
    ],
    [text, skewMs],
  )
}
