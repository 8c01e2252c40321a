import { createStore, type StoreApi } from 'zustand/vanilla'
import type { InventoryStatus } from '#shared/contract/inventory.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { FindingId } from '#shared/domain/findings.ts'
import { readJsonText } from '#shared/domain/json-text.ts'
import { NO_POLICY, type TokenPolicy } from '#shared/domain/token-policy.ts'
import { type Host, LinkClosedError } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'
import type { Clock } from '../../ui/clock.tsx'
import type { RowIndex, SortRule } from '../../ui/row-index/row-index.ts'
import { type Idle, inSlices } from '../../ui/row-index/slices.ts'
import { createInventoryCopy, type Yardstick } from './copy.ts'
import { dependsOnTime, type InventoryFilter, NO_FILTER, predicateOf } from './filter.ts'
import { type ColumnId, FIRST_COLUMNS, type FindingCounts, type InventoryRow } from './row.ts'

/** What somebody chose to look at. */
export interface Look {
  readonly columns: readonly ColumnId[]
  readonly sort: readonly SortRule[]
  readonly filter: InventoryFilter
}

export const FIRST_LOOK: Look = {
  columns: FIRST_COLUMNS,
  // What came last stands first: a token that nobody expects is a new one.
  sort: [{ column: 'created', descending: true }],
  filter: NO_FILTER,
}

export interface InventoryState {
  connectionId: string | null
  /** null until the core has spoken */
  status: InventoryStatus | null
  /** why the copy could not follow, or an order could not be given */
  problem: Problem | null
  /** the copy is what the core has: nothing is on its way */
  complete: boolean
  /** grows with each change of what the index shows */
  version: number
  /** how many tokens each rule finds; null until all were judged once */
  counts: FindingCounts | null
  look: Look
  search: string
  /**
   * The selection: `row` of each selected token, also of those that the filter hides by now. Actions on many tokens start
   * from `actions.selectedRows()`.
   */
  selected: ReadonlySet<number>
  /** `row` of the token whose details stand beside the table */
  opened: number | null
}

export type ExportFormat = 'csv' | 'json'
/** all rows that are shown, or all that are selected, also those that are not shown */
export type ExportPart = 'shown' | 'selected'

export interface InventoryActions {
  /** Follows another connection; what was copied and selected of the one before is dropped. */
  turnTo(connectionId: string | null): void
  /** Somebody looks at it: what is old is read again. */
  visit(): void
  refresh(): Promise<void>
  retryFailed(): Promise<void>
  cancel(): Promise<void>
  show(look: Partial<Look>): void
  /** Shows the tokens in which a rule finds something, and nothing but them. */
  showFinding(finding: FindingId): void
  searchFor(search: string): void
  /** Selects a row or takes it back; `range`: all rows between the one ticked last and this one, as they stand now. */
  tick(row: number, range?: boolean): void
  /** Selects everything that is shown. */
  selectShown(): void
  clearSelection(): void
  selectedRows(): InventoryRow[]
  /** The text of a file with these tokens in the order they are shown in; rejects with the core's problem (T-18). */
  exported(part: ExportPart, format: ExportFormat): Promise<string>
  open(row: number | null): void
  /** Time has passed: tokens are judged again, by the platform's clock. */
  passTime(): void
  setPolicy(policy: TokenPolicy): void
}

export type InventoryStore = StoreApi<InventoryState> & {
  readonly index: RowIndex<InventoryRow>
  readonly actions: InventoryActions
}

/** An inventory older than this is read again when somebody looks at it. */
export const STALE_MS = 5 * 60_000

/** Changes that come in a row are worked up together. */
const WORK_PAUSE_MS = 2_000

const NOTHING: InventoryState = {
  connectionId: null,
  status: null,
  problem: null,
  complete: false,
  version: 0,
  counts: null,
  look: FIRST_LOOK,
  search: '',
  selected: new Set(),
  opened: null,
}

/** By name. */
interface Sought {
  readonly selected: ReadonlySet<string>
  readonly opened: string | null
}
const NOTHING_SOUGHT: Sought = { selected: new Set(), opened: null }

/** The inventory as the page has it: one event stream, and the pieces asked for when it tells of changes. */
export function createInventoryStore(host: Host, clock: Clock, idle: Idle): InventoryStore {
  const store = createStore<InventoryState>(() => NOTHING)
  const copy = createInventoryCopy()
  const { index } = copy
  let policy = NO_POLICY
  let cursor: string | null = null
  let copying = false
  let stopFollowing = (): void => {}
  let stopWork = (): void => {}
  let isVisited = false
  let lastTicked = -1
  /** what was selected and opened before the copy started anew */
  let sought = NOTHING_SOUGHT

  const isCurrent = (connectionId: string): boolean => store.getState().connectionId === connectionId
  const platformNow = (): number => clock.now() + (store.getState().status?.clockSkewMs ?? 0)
  const yardstick = (): Yardstick => ({ policy, now: platformNow() })

  /** Shows what the index has now, with the given change of the state. */
  function shown(change: Partial<InventoryState> = {}): void {
    store.setState((state) => ({ ...change, version: state.version + 1 }))
  }

  function arrange(): void {
    const { look, search } = store.getState()
    // The ending of a token is shown as `…a1b2`, and comes back like that when somebody copies it.
    const words = search.replaceAll('…', ' ')
    index.arrange({ sort: look.sort, search: words, where: predicateOf(look.filter, platformNow()) })
  }

  /** Judges all again and gets everything ready, while the page is idle. */
  function workAhead(): void {
    stopWork()
    stopWork = inSlices(
      (function* () {
        const counts = yield* copy.judge(yardstick())
        shown({ counts })
        yield
        yield* index.prepare()
      })(),
      idle,
    )
  }

  /** The same after changes of a few rows, which were judged when they came: what they have in common with others may wait. */
  function workSoon(): void {
    stopWork()
    stopWork = clock.after(WORK_PAUSE_MS, workAhead)
  }

  /**
   * The copy starts anew, and another core may give a number to another token: what is selected and opened is looked for by
   * name once all are there. Until then no number stands for anything.
   */
  function seek(): void {
    const { selected, opened } = store.getState()
    sought = {
      selected: new Set([...sought.selected, ...namesOf(selected, index)]),
      opened: (opened !== null && nameOf(index.get(opened))) || sought.opened,
    }
    lastTicked = -1
    store.setState({ selected: new Set(), opened: null })
  }

  /** Selection and details of rows that are still there; once the copy is complete also of those that got other numbers. */
  function keepKnown(complete: boolean): Partial<InventoryState> {
    const { selected, opened } = store.getState()
    if (complete && sought !== NOTHING_SOUGHT) {
      const { selected: names, opened: name } = sought
      sought = NOTHING_SOUGHT
      const [was] = name === null ? [] : rowsNamed(new Set([name]), index)
      return { selected: new Set([...selected, ...rowsNamed(names, index)]), opened: opened ?? was ?? null }
    }
    const isKnown = (row: number): boolean => index.get(row) !== undefined
    const left = [...selected].filter(isKnown)
    return {
      ...(left.length < selected.size && { selected: new Set(left) }),
      ...(opened !== null && !isKnown(opened) && { opened: null }),
    }
  }

  /** Asks for pieces until the copy is what the core has. */
  async function follow(connectionId: string): Promise<void> {
    if (copying) return
    copying = true
    try {
      for (;;) {
        const delta = readJsonText(await host.client.inventory.rows({ connectionId, cursor }))
        if (!isCurrent(connectionId)) return
        stopWork()
        if (delta.reset) seek()
        copy.apply(delta, yardstick())
        cursor = delta.cursor
        const complete = !delta.more && delta.revision >= (store.getState().status?.revision ?? 0)
        shown({ ...keepKnown(complete), complete, problem: null })
        if (!complete) continue
        if (store.getState().counts === null) workAhead()
        else workSoon()
        return
      }
    } catch (error) {
      // The next word of the core starts it again; a closed link is told elsewhere.
      if (isCurrent(connectionId) && !(error instanceof LinkClosedError))
        store.setState({ problem: problemOf(error) })
    } finally {
      copying = false
      const { connectionId: next, complete, status } = store.getState()
      if (next !== null && next !== connectionId && status && !complete) void follow(next)
    }
  }

  function heard(connectionId: string, status: InventoryStatus): void {
    if (!isCurrent(connectionId)) return
    const before = store.getState().status
    store.setState({ status })
    if (before === null || status.revision !== before.revision || !store.getState().complete) {
      store.setState({ complete: false })
      void follow(connectionId)
    } else if (status.clockSkewMs !== before.clockSkewMs) actions.passTime()
    if (before === null && isVisited) readIfOld()
  }

  function readIfOld(): void {
    const { status } = store.getState()
    if (status === null || status.phase === 'loading') return
    if (status.readAt === null || clock.now() - status.readAt > STALE_MS) void actions.refresh()
  }

  async function order(give: (connectionId: string) => Promise<void>): Promise<void> {
    const { connectionId } = store.getState()
    if (connectionId === null) return
    try {
      await give(connectionId)
      if (isCurrent(connectionId)) store.setState({ problem: null })
    } catch (error) {
      if (isCurrent(connectionId)) store.setState({ problem: problemOf(error) })
    }
  }

  const actions: InventoryActions = {
    turnTo(connectionId) {
      if (connectionId === store.getState().connectionId) return
      stopFollowing()
      stopWork()
      copy.clear()
      cursor = null
      isVisited = false
      lastTicked = -1
      sought = NOTHING_SOUGHT
      store.setState(({ version, look }) => ({ ...NOTHING, version: version + 1, look, connectionId }), true)
      arrange()
      if (connectionId === null) return
      stopFollowing = host.follow(
        (client, options) => client.inventory.watch({ connectionId }, options),
        (status) => heard(connectionId, status),
        (error) => {
          if (isCurrent(connectionId) && !(error instanceof LinkClosedError))
            store.setState({ problem: problemOf(error) })
        },
      )
    },
    visit() {
      isVisited = true
      readIfOld()
    },
    refresh: () => order((connectionId) => host.client.inventory.refresh({ connectionId })),
    retryFailed: () => order((connectionId) => host.client.inventory.retryFailed({ connectionId })),
    cancel: () => order((connectionId) => host.client.inventory.cancel({ connectionId })),
    show(change) {
      store.setState(({ look }) => ({ look: { ...look, ...change } }))
      arrange()
      shown()
    },
    showFinding(finding) {
      this.show({ filter: { ...NO_FILTER, finding: [finding] }, sort: FIRST_LOOK.sort })
    },
    searchFor(search) {
      if (search === store.getState().search) return
      store.setState({ search })
      arrange()
      shown()
    },
    tick(row, range = false) {
      const { selected } = store.getState()
      const next = new Set(selected)
      const places = [lastTicked, row].map((one) => index.placeOf(one)).sort((a, b) => a - b)
      const [start = -1, end = -1] = places
      if (range && start >= 0 && !next.has(row)) {
        for (const between of index.slice(start, end + 1)) next.add(between.row)
      } else if (!next.delete(row)) next.add(row)
      lastTicked = row
      store.setState({ selected: next })
    },
    selectShown() {
      const rows = index.slice().map(({ row }) => row)
      store.setState(({ selected }) => ({ selected: new Set([...selected, ...rows]) }))
    },
    clearSelection: () => store.setState({ selected: new Set() }),
    selectedRows: () => [...store.getState().selected].flatMap((row) => index.get(row) ?? []),
    async exported(part, format) {
      const { connectionId, selected } = store.getState()
      if (connectionId === null) throw new LinkClosedError()
      const all = part === 'shown' ? index.slice() : actions.selectedRows()
      const rows = all.map(({ row }) => row)
      // A selection has no order of its own: what is shown of it comes first, as it stands.
      if (part === 'selected') {
        const places = new Map(index.slice().map(({ row }, place) => [row, place]))
        const placeOf = (row: number): number => places.get(row) ?? selected.size + places.size
        rows.sort((a, b) => placeOf(a) - placeOf(b))
      }
      const pieces: string[] = []
      for await (const piece of await host.client.inventory.export({ connectionId, format, cursor, rows }))
        pieces.push(piece)
      return pieces.join('')
    },
    open: (opened) => store.setState({ opened }),
    passTime() {
      const { complete, look } = store.getState()
      if (dependsOnTime(look.filter)) {
        arrange()
        shown()
      }
      if (complete) workAhead()
    },
    setPolicy(next) {
      policy = next
      actions.passTime()
    },
  }

  return Object.assign(store, { index, actions })
}

/** Numbers of rows are the core's own and another core deals them anew; names of tokens stay. */
function namesOf(rows: ReadonlySet<number>, index: RowIndex<InventoryRow>): ReadonlySet<string> {
  return new Set([...rows].flatMap((row) => nameOf(index.get(row)) ?? []))
}

function rowsNamed(names: ReadonlySet<string>, index: RowIndex<InventoryRow>): ReadonlySet<number> {
  if (names.size === 0) return new Set()
  return new Set(index.rows().flatMap((row) => (names.has(nameOf(row) ?? '') ? row.row : [])))
}

const nameOf = (row: InventoryRow | undefined): string | undefined => row && `${row.holder.id} ${row.id}`
