import { Button } from '@mantine/core'
import { FINDING_IDS, FINDING_SEVERITY, type FindingId, SEVERITIES } from '#shared/domain/findings.ts'
import { T, useText } from '../../i18n/text.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { spokenName } from '../../ui/spoken-name.ts'
import { toneOf } from './columns.tsx'
import { useInventory, useInventoryActions, useInventoryEnvironment } from './context.tsx'
import { InventoryAge, isUnread, LoadingInventory, NobodyToSee } from './InventoryFrame.tsx'
import classes from './inventory.module.css'
import { InventoryNotices } from './Notices.tsx'
import type { FindingCounts } from './row.ts'

/** What is wrong with the tokens, by rule: the worst first, each with the way to its tokens (T-15). */
export function FindingsView({ search }: { search: string }) {
  const text = useText()
  const status = useInventory((state) => state.status)
  const counts = useInventory((state) => state.counts)
  const { index } = useInventoryEnvironment().store
  useInventory((state) => state.version)

  if (status === null || isUnread(status)) return <LoadingInventory />
  if (status.scope === 'nobody') return <NobodyToSee />
  const found = index.rows().reduce((sum, { findings }) => sum + Number(findings !== 0), 0)
  return (
    <Section
      title={text('findings.list')}
      count={counts ? text('findings.summary', { found, all: index.size }) : undefined}
      aside={<InventoryAge status={status} />}
    >
      <InventoryNotices status={status} />
      {counts === null ? (
        <p role="status" className={classes.dimmed}>
          <T id="findings.loading" />
        </p>
      ) : (
        <Rules counts={counts} search={search} />
      )}
    </Section>
  )
}

function Rules({ counts, search }: { counts: FindingCounts; search: string }) {
  const text = useText()
  const { index } = useInventoryEnvironment().store
  const ids = FINDING_IDS.toSorted(
    (a, b) => SEVERITIES.indexOf(FINDING_SEVERITY[a]) - SEVERITIES.indexOf(FINDING_SEVERITY[b]),
  )
  const wanted = search.trim().toLocaleLowerCase()
  const matches = (id: FindingId): boolean =>
    [text(`finding.${id}.title`), text(`finding.${id}.why`), text(`finding.${id}.do`)].some((words) =>
      words.toLocaleLowerCase().includes(wanted),
    )
  const loud = ids.filter((id) => counts[id] > 0)
  const quiet = ids.filter((id) => counts[id] === 0)
  const shown = loud.filter(matches)
  return (
    <>
      {loud.length === 0 ? (
        <EmptyState title={text('findings.none')} testId="findings-none">
          {text('findings.none-hint', { count: index.size })}
        </EmptyState>
      ) : shown.length === 0 ? (
        <EmptyState
          title={<T id="common.no-match" values={{ search: search.trim().slice(0, 80) }} />}
          testId="no-match"
        >
          {text('common.no-match-hint')}
        </EmptyState>
      ) : (
        <ul className={classes.rules}>
          {shown.map((id) => (
            <Rule key={id} id={id} count={counts[id]} />
          ))}
        </ul>
      )}
      {wanted === '' && quiet.length > 0 && (
        <p className={classes.quiet}>
          <strong>{text('findings.quiet')}</strong>{' '}
          {quiet.map((id) => text(`finding.${id}.title`)).join(' · ')}
        </p>
      )}
    </>
  )
}

function Rule({ id, count }: { id: FindingId; count: number }) {
  const text = useText()
  const actions = useInventoryActions()
  const { onTab } = useInventoryEnvironment()

  function showTokens(): void {
    actions.showFinding(id)
    onTab('all')
  }

  return (
    <li className={classes.rule} data-testid={`finding-${id}`}>
      <span className={classes.ruleCount} aria-hidden="true">
        {text('common.count', { count })}
      </span>
      <div className={classes.ruleText}>
        <StateMark tone={toneOf(id)}>
          <strong>{text(`finding.${id}.title`)}</strong>{' '}
          <span className={classes.dimmed}>{text(`finding.severity.${FINDING_SEVERITY[id]}`)}</span>
        </StateMark>
        <p>
          {text(`finding.${id}.why`)} <span className={classes.dimmed}>{text(`finding.${id}.do`)}</span>
        </p>
      </div>
      <Button
        variant="default"
        size="compact-sm"
        onClick={showTokens}
        aria-label={spokenName(text('findings.show', { count }), text(`finding.${id}.title`))}
        data-testid={`show-${id}`}
      >
        {text('findings.show', { count })}
      </Button>
    </li>
  )
}
