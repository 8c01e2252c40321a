import type { InventoryDelta, InventoryOwner } from '#shared/contract/inventory.ts'
import { type Findings, judge, TokenCrowd } from '#shared/domain/findings.ts'
import type { TokenPolicy } from '#shared/domain/token-policy.ts'
import type { RowIndex } from '../../ui/row-index/row-index.ts'
import type { Slices } from '../../ui/row-index/slices.ts'
import { createInventoryIndex, type FindingCounts, findingCounter, type InventoryRow } from './row.ts'

/** By what tokens are judged: the rules of the house, and the platform's time (ms since the epoch). */
export interface Yardstick {
  readonly policy: TokenPolicy
  readonly now: number
}

/** The page's copy of a platform's inventory: it follows by the pieces that the core hands out. */
export interface InventoryCopy {
  readonly index: RowIndex<InventoryRow>
  /** Takes a piece over, and judges what came with it. */
  apply(delta: InventoryDelta, yardstick: Yardstick): void
  /**
   * Judges every token again, with pauses, and counts: time has passed, or what they have in common has changed. What
   * changes meanwhile is not counted.
   */
  judge(yardstick: Yardstick): Slices<FindingCounts>
  clear(): void
}

/** Rows judged between two pauses. */
const STRIDE = 4_096

export function createInventoryCopy(): InventoryCopy {
  const index = createInventoryIndex()
  const owners = new Map<number, InventoryOwner>()
  let crowd = new TokenCrowd()

  function clear(): void {
    index.clear()
    owners.clear()
    crowd = new TokenCrowd()
  }

  const judged = (row: Omit<InventoryRow, 'findings'>, { policy, now }: Yardstick): Findings =>
    judge(row, row.holder, row.place, policy, now)

  /** Tokens of owners that changed, without those that come anew anyway. */
  function rowsOf(changed: ReadonlyMap<number, InventoryOwner>, coming: ReadonlySet<number>): InventoryRow[] {
    if (changed.size === 0) return []
    return index.rows().filter(({ owner, row }) => changed.has(owner) && !coming.has(row))
  }

  return {
    index,
    apply(delta, yardstick) {
      if (delta.reset) clear()
      const changed = new Map<number, InventoryOwner>()
      for (const owner of delta.owners) {
        if (owners.has(owner.owner)) changed.set(owner.owner, owner)
        owners.set(owner.owner, owner)
      }
      const rows: InventoryRow[] = []
      for (const token of delta.tokens) {
        const holder = owners.get(token.owner)
        // An owner comes before the first of their tokens; one that did not has nothing that could be shown.
        if (!holder) continue
        const before = index.get(token.row)
        if (before) crowd.remove(before.place)
        const row = { ...token, holder, place: crowd.add(token, token.owner) }
        rows.push({ ...row, findings: judged(row, yardstick) })
      }
      const coming = new Set(delta.tokens.map(({ row }) => row))
      for (const row of rowsOf(changed, coming)) {
        const moved = { ...row, holder: changed.get(row.owner) ?? row.holder }
        rows.push({ ...moved, findings: judged(moved, yardstick) })
      }
      for (const row of delta.removed) {
        const gone = index.get(row)
        if (gone) crowd.remove(gone.place)
      }
      index.put(rows)
      index.remove(delta.removed)
    },
    *judge(yardstick) {
      const rows = index.rows()
      const counter = findingCounter()
      yield
      let others: InventoryRow[] = []
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at] as InventoryRow
        // Replaced or gone while this was paused; the piece that did it has judged it.
        if (index.get(row.row) === row) {
          const findings = judged(row, yardstick)
          counter.add(findings)
          if (findings !== row.findings) {
            row.findings = findings
            others.push(row)
          }
        }
        if (at % STRIDE === STRIDE - 1) {
          yield
          index.refresh(others, ['findings'])
          others = []
        }
      }
      index.refresh(others, ['findings'])
      return counter.counts()
    },
    clear,
  }
}
