import { NativeSelect } from '@mantine/core'
import { useCallback, useState } from 'react'
import { useIntl } from 'react-intl'
import type { InventoryDiff, InventorySnapshot } from '#shared/contract/inventory.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { TokenEnding, TokenName } from '../../i18n/token.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { useInventory, useInventoryEnvironment } from './context.tsx'
import classes from './inventory.module.css'
import { useReading } from './use-reading.ts'

const PARTS = ['appeared', 'vanished', 'used', 'expired'] as const
/** Tokens named under each part; the rest is counted. */
const NAMED = 10

/** What appeared, vanished, was used or ended between an earlier read and now (T-14). */
export function ChangesSection() {
  const text = useText()
  const intl = useIntl()
  const { client } = useInventoryEnvironment()
  const connectionId = useInventory((state) => state.connectionId)
  const readAt = useInventory((state) => state.status?.readAt ?? null)
  const [chosen, setChosen] = useState<number | null>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: each read of the platform leaves another snapshot
  const readSnapshots = useCallback(
    async (): Promise<InventorySnapshot[]> =>
      connectionId === null ? [] : client.inventory.snapshots({ connectionId }),
    [client, connectionId, readAt],
  )
  const snapshots = useReading(readSnapshots)
  // The newest one is what is shown now.
  const earlier = snapshots.data?.filter(({ takenAt }) => readAt === null || takenAt < readAt) ?? []
  const from = earlier.find(({ id }) => id === chosen)?.id ?? earlier[0]?.id ?? null

  // biome-ignore lint/correctness/useExhaustiveDependencies: compared with what is shown now, which changes with each read
  const readDiff = useCallback(
    async (): Promise<InventoryDiff | null> =>
      connectionId === null || from === null ? null : client.inventory.diff({ connectionId, from, to: null }),
    [client, connectionId, from, readAt],
  )
  const { data: diff, problem } = useReading(readDiff)
  const trouble = snapshots.problem ?? problem

  const label = ({ takenAt, tokens }: InventorySnapshot): string =>
    text('changes.snapshot', {
      date: intl.formatDate(takenAt, { dateStyle: 'medium', timeStyle: 'short' }),
      count: tokens,
    })

  return (
    <Section
      title={text('changes.list')}
      aside={
        from !== null && (
          <NativeSelect
            aria-label={text('changes.since')}
            value={String(from)}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
            data={earlier.map((snapshot) => ({
              value: String(snapshot.id),
              label: `${text('changes.since')} ${label(snapshot)}`,
            }))}
            data-testid="snapshot-choice"
          />
        )
      }
    >
      {trouble && <ProblemNotice problem={trouble} tone="warning" />}
      {snapshots.data !== null && from === null && (
        <p className={classes.dimmed} data-testid="no-snapshot">
          {text('changes.no-snapshot')}
        </p>
      )}
      {diff && <Changes diff={diff} />}
    </Section>
  )
}

function Changes({ diff }: { diff: InventoryDiff }) {
  const text = useText()
  const parts = PARTS.filter((part) => diff[part].total > 0)
  return (
    <>
      {!diff.comparable && (
        <div className={classes.notices}>
          <Notice tone="warning" testId="not-comparable" title={text('changes.not-comparable')} />
        </div>
      )}
      {parts.length === 0 && (
        <p className={classes.dimmed} data-testid="no-change">
          {text('changes.none')}
        </p>
      )}
      <div className={classes.changes} data-testid="changes">
        {parts.map((part) => (
          <section key={part} className={classes.change}>
            <h3>{text(`changes.${part}`, { count: diff[part].total })}</h3>
            <ul>
              {diff[part].first.slice(0, NAMED).map((token) => (
                <li key={`${token.owner.id} ${token.id}`}>
                  <TokenName name={token.name} /> <TokenEnding maskedToken={token.maskedToken} />{' '}
                  <ForeignText dimmed>{token.owner.name}</ForeignText>
                  {token.fate !== null && (
                    <span className={classes.dimmed}>
                      {' · '}
                      <T id={`revoked.fate.${token.fate}`} />
                    </span>
                  )}
                </li>
              ))}
            </ul>
            {diff[part].total > NAMED && (
              <p className={classes.dimmed}>
                {text('changes.first-of', { shown: NAMED, all: diff[part].total })}
              </p>
            )}
          </section>
        ))}
      </div>
    </>
  )
}
