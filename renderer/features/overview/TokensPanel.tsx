import type { InventoryStatus } from '#shared/contract/inventory.ts'
import { FINDING_SEVERITY, type FindingId } from '#shared/domain/findings.ts'
import { failureText } from '../../i18n/failure.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { findingCounts } from './attention.ts'
import classes from './overview.module.css'
import { Panel } from './Panel.tsx'
import { ReadingMark } from './ReadingMark.tsx'

/** Lines that there is room for. */
const SHOWN = 5
const TONES = { high: 'danger', medium: 'warning', low: 'neutral', info: 'neutral' } as const

/** How many tokens there are, and what the rules find in them. */
export function TokensPanel({
  inventory,
  onRead,
  onShow,
  onFinding,
}: {
  /** null until the core has spoken */
  inventory: InventoryStatus | null
  onRead: () => void
  onShow: (what: 'all') => void
  /** to the tokens in which that rule finds something */
  onFinding: (id: FindingId) => void
}) {
  const text = useText()
  const isLoading = inventory?.phase === 'loading'
  const isKnown = inventory !== null && (inventory.readAt !== null || inventory.source !== 'none')
  return (
    <Panel
      title={text('nav.tokens')}
      testId="panel-tokens"
      foot={
        <>
          <span>{inventory && <ReadState inventory={inventory} />}</span>
          <BusyButton
            variant="default"
            size="compact-sm"
            busy={isLoading}
            onClick={onRead}
            data-testid="read-now"
          >
            <T id="overview.read-now" />
          </BusyButton>
        </>
      }
    >
      {isKnown ? (
        <>
          <button type="button" className={classes.figure} onClick={() => onShow('all')}>
            <T id="overview.tokens.count" values={{ tokens: inventory.tokens }} />
          </button>
          <ByRisk inventory={inventory} onFinding={onFinding} />
        </>
      ) : (
        <StateMark tone={isLoading ? 'busy' : 'neutral'}>
          <T id={isLoading ? 'overview.tokens.first-read' : 'overview.tokens.unread'} />
        </StateMark>
      )}
    </Panel>
  )
}

function ReadState({ inventory }: { inventory: InventoryStatus }) {
  const text = useText()
  const { phase, readAt, problem } = inventory
  if (phase === 'loading') return <ReadingMark inventory={inventory} />
  if (phase === 'failed' && problem) return failureText(text, problem.code)
  return readAt === null ? null : <T id="common.read" values={{ age: <Age at={readAt} /> }} />
}

/** Each finding as a bar against all tokens. A token may have several, so the bars do not add up. */
function ByRisk({
  inventory,
  onFinding,
}: {
  inventory: InventoryStatus
  onFinding: (id: FindingId) => void
}) {
  const text = useText()
  if (!inventory.findings) return null
  const counts = findingCounts(inventory)
  if (counts.length === 0)
    return (
      <StateMark tone="good">
        <T id="overview.tokens.clean" />
      </StateMark>
    )
  return (
    <ul className={classes.bars}>
      {counts.slice(0, SHOWN).map(({ id, count }) => (
        <li key={id}>
          <button
            type="button"
            className={classes.bar}
            onClick={() => onFinding(id)}
            data-testid={`bar-${id}`}
          >
            <StateMark tone={TONES[FINDING_SEVERITY[id]]}>{text(`finding.${id}.short`)}</StateMark>
            <span className={classes.count}>{text('common.count', { count })}</span>
            <span className={classes.track} aria-hidden="true">
              <span
                className={classes.filled}
                data-tone={TONES[FINDING_SEVERITY[id]]}
                style={{ width: `${Math.max(1, (100 * count) / Math.max(1, inventory.tokens))}%` }}
              />
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
