import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ConsoleEntry, LedgerVerdict, Person, PlatformEntry } from '#shared/contract/activity.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { ActivityKind } from '#shared/domain/ledger.ts'
import type { ConsoleClient } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'
import type { Clock } from '../../ui/clock.tsx'
import type { Entry } from './merge.ts'

/** A source as far as it was read; what is there stays while it is read again, and when that fails. */
interface Source<Of extends Entry, Cursor> {
  entries: readonly Of[]
  /** where the next page begins; null = nothing older */
  next: Cursor | null
  /** our clock; null = never read */
  readAt: number | null
  loading: boolean
  problem: Problem | null
}

export interface Filter {
  source: 'all' | Entry['source']
  kind: ActivityKind | null
  personId: string | null
}

export type ActivityDialog = { name: 'entry'; entry: Entry } | { name: 'export' }

export interface ActivityState {
  connectionId: string | null
  filter: Filter
  search: string
  console: Source<ConsoleEntry, number>
  platform: Source<PlatformEntry, string> & {
    /** false: without the Enterprise Edition the platform records nothing */
    recording: boolean
    /** platform's clock minus ours, ms */
    skewMs: number
  }
  /** everybody who was seen in what was read, by id */
  people: Readonly<Record<string, string>>
  verdict: LedgerVerdict | null
  verifying: boolean
  verifyProblem: Problem | null
  dialog: ActivityDialog | null
}

export interface ActivityActions {
  /** Turns to another connection: what its platform recorded is dropped, the ledger is the console's own. */
  turnTo(connectionId: string | null): void
  /** Reads what the filter wants from its newest entry on. `platform: false` where it cannot be reached anyway. */
  load(wanted: { platform: boolean }): Promise<void>
  /** The console has written: its newest records are read again. */
  follow(): Promise<void>
  /** The next page of each of these. */
  more(sources: readonly Entry['source'][]): Promise<void>
  choose(change: Partial<Filter>): void
  /** Waits until typing pauses. */
  search(search: string): void
  verify(): Promise<void>
  open(dialog: ActivityDialog): void
  close(): void
}

export type ActivityStore = StoreApi<ActivityState> & { readonly actions: ActivityActions }

const PAGE_SIZE = 100
const TYPING_PAUSE_MS = 250

const UNREAD = { entries: [], next: null, readAt: null, loading: false, problem: null }
const UNREAD_PLATFORM = { ...UNREAD, recording: true, skewMs: 0 }

export function createActivityStore(client: ConsoleClient, clock: Clock): ActivityStore {
  const store = createStore<ActivityState>(() => ({
    connectionId: null,
    filter: { source: 'all', kind: null, personId: null },
    search: '',
    console: UNREAD,
    platform: UNREAD_PLATFORM,
    people: {},
    verdict: null,
    verifying: false,
    verifyProblem: null,
    dialog: null,
  }))
  let cancelTyping = (): void => {}
  let platformWanted = true
  /** The newest request of each source; what an older one answers is out of date. */
  const requests = { console: 0, platform: 0 }

  const setConsole = (change: Partial<ActivityState['console']>): void =>
    store.setState(({ console }) => ({ console: { ...console, ...change } }))
  const setPlatform = (change: Partial<ActivityState['platform']>): void =>
    store.setState(({ platform }) => ({ platform: { ...platform, ...change } }))

  const asked = () => {
    const { filter, search } = store.getState()
    return { kind: filter.kind, personId: filter.personId, search: search.trim(), first: PAGE_SIZE }
  }

  async function readConsole(before: number | null): Promise<void> {
    const request = ++requests.console
    const isLatest = (): boolean => request === requests.console
    setConsole({ loading: true })
    try {
      const page = await client.activity.ledger({ ...asked(), before })
      if (!isLatest()) return
      const known = store.getState().console.entries
      const entries = before === null ? page.entries : [...known, ...page.entries]
      const next = page.more ? (page.entries.at(-1)?.place ?? null) : null
      setConsole({ entries, next, readAt: page.readAt, loading: false, problem: null })
      meet(page.entries)
    } catch (error) {
      if (isLatest()) setConsole({ loading: false, problem: problemOf(error) })
    }
  }

  async function readPlatform(after: string | null): Promise<void> {
    const { connectionId } = store.getState()
    if (connectionId === null || !platformWanted) return
    const request = ++requests.platform
    const isLatest = (): boolean => request === requests.platform
    setPlatform({ loading: true })
    try {
      const page = await client.activity.platform({ ...asked(), connectionId, after })
      if (!isLatest()) return
      const known = store.getState().platform.entries
      setPlatform({
        entries: after === null ? page.entries : [...known, ...page.entries],
        next: page.nextCursor,
        readAt: page.readAt,
        recording: page.recording,
        skewMs: page.clockSkewMs,
        loading: false,
        problem: null,
      })
      meet(page.entries)
    } catch (error) {
      if (isLatest()) setPlatform({ loading: false, problem: problemOf(error) })
    }
  }

  function meet(entries: readonly Entry[]): void {
    const found = entries.flatMap(({ actor, subject }) => [actor, subject]).filter(isKnown)
    store.setState(({ people }) => ({
      people: { ...people, ...Object.fromEntries(found.map(({ id, name }) => [id, people[id] ?? name])) },
    }))
  }

  /** What another filter found is no answer to this one. */
  function readAnew(): void {
    requests.console += 1
    requests.platform += 1
    setConsole(UNREAD)
    setPlatform({ ...UNREAD, recording: store.getState().platform.recording })
    void load()
  }

  async function load(): Promise<void> {
    const { source } = store.getState().filter
    await Promise.all([
      source === 'platform' ? undefined : readConsole(null),
      source === 'console' ? undefined : readPlatform(null),
    ])
  }

  const actions: ActivityActions = {
    turnTo(connectionId) {
      if (connectionId === store.getState().connectionId) return
      requests.platform += 1
      store.setState({ connectionId, platform: UNREAD_PLATFORM })
    },
    async load({ platform }) {
      platformWanted = platform
      await load()
    },
    async follow() {
      if (store.getState().filter.source === 'platform') return
      const request = ++requests.console
      const page = await client.activity.ledger({ ...asked(), before: null }).catch(() => null)
      // A failure of this is no news: the next reading that one asks for tells it.
      if (page === null || request !== requests.console) return
      const oldest = page.entries.at(-1)?.place ?? 0
      const { entries: known, next } = store.getState().console
      const older = page.more ? known.filter(({ place }) => place < oldest) : []
      // Where the new page does not reach the known ones, they are further down and are loaded anew.
      const joins = older.length > 0 && known.some(({ place }) => place >= oldest)
      setConsole({
        entries: joins ? [...page.entries, ...older] : page.entries,
        next: joins ? next : page.more ? oldest : null,
        readAt: page.readAt,
        loading: false,
        problem: null,
      })
      meet(page.entries)
    },
    async more(sources) {
      const { console, platform } = store.getState()
      await Promise.all([
        sources.includes('console') && console.next !== null && !console.loading && !console.problem
          ? readConsole(console.next)
          : undefined,
        sources.includes('platform') && platform.next !== null && !platform.loading && !platform.problem
          ? readPlatform(platform.next)
          : undefined,
      ])
    },
    choose(change) {
      store.setState(({ filter }) => ({ filter: { ...filter, ...change } }))
      readAnew()
    },
    search(search) {
      cancelTyping()
      if (search === store.getState().search) return
      store.setState({ search })
      cancelTyping = clock.after(TYPING_PAUSE_MS, readAnew)
    },
    async verify() {
      if (store.getState().verifying) return
      store.setState({ verifying: true, verifyProblem: null })
      try {
        store.setState({ verdict: await client.activity.verify(), verifying: false })
      } catch (error) {
        store.setState({ verifyProblem: problemOf(error), verifying: false })
      }
    },
    open: (dialog) => store.setState({ dialog }),
    close: () => store.setState({ dialog: null }),
  }
  return Object.assign(store, { actions })
}

function isKnown(person: Person | null): person is Person & { id: string } {
  return person !== null && person.id !== null
}
