import { createStore, type StoreApi } from 'zustand/vanilla'
import type {
  HeartbeatStatus,
  IncidentView,
  JournalEntry,
  MonitorHistory,
  QuietTime,
} from '#shared/contract/heartbeat.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { MONITOR_KINDS, monitorId } from '#shared/domain/monitors.ts'
import type { Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

export const HISTORY_RANGES = ['day', 'week', 'quarter'] as const
export type HistoryRange = (typeof HISTORY_RANGES)[number]

/** The past of one monitor over one range, as last read; kept while it is read again. */
export interface KeptHistory {
  readonly history: MonitorHistory | null
  readonly problem: Problem | null
}

/** Newest first, as far back as somebody asked. */
export interface Pages<Item> {
  /** null until the first page was read */
  readonly items: readonly Item[] | null
  /** where the next page begins; null: that was all */
  readonly nextBefore: number | null
}

export interface HeartbeatState {
  /** null until the core has spoken */
  status: HeartbeatStatus | null
  /** by `historyKey` */
  histories: Readonly<Record<string, KeptHistory>>
  /** whose incidents and journal are kept */
  connectionId: string | null
  incidents: Pages<IncidentView>
  journal: Pages<JournalEntry>
  /** why the past could not be read */
  pastProblem: Problem | null
}

export interface HeartbeatActions {
  readHistory(monitorId: string, range: HistoryRange): Promise<void>
  /** Reads the newest incidents and journal entries of a connection. */
  readPast(connectionId: string): Promise<void>
  moreIncidents(): Promise<void>
  moreJournal(): Promise<void>
  /** All return what went wrong, null when nothing did. */
  lookNow(monitorIds: readonly string[]): Promise<Problem | null>
  /** Looks at everything there may be of a connection, also at what is not listed before its first look. */
  lookAtAll(connectionId: string): Promise<Problem | null>
  keepQuiet(quiet: QuietTime): Promise<Problem | null>
  endQuiet(id: string): Promise<Problem | null>
  /** null takes the key back out of the secret store */
  setHealthKey(connectionId: string, key: string | null): Promise<Problem | null>
}

export type HeartbeatStore = StoreApi<HeartbeatState> & {
  readonly actions: HeartbeatActions
  /** Follows what is watched; returns the end of that. */
  start(): () => void
}

export const historyKey = (monitorId: string, range: HistoryRange): string => `${range} ${monitorId}`

const PAGE = 50
const UNREAD = { items: null, nextBefore: null }

/** What is watched, as it stands: one stream. The past is asked for by whoever shows it. */
export function createHeartbeatStore({ client, follow }: Pick<Host, 'client' | 'follow'>): HeartbeatStore {
  const store = createStore<HeartbeatState>(() => ({
    status: null,
    histories: {},
    connectionId: null,
    incidents: UNREAD,
    journal: UNREAD,
    pastProblem: null,
  }))

  const attempt = async (deed: () => Promise<unknown>): Promise<Problem | null> => {
    try {
      await deed()
      return null
    } catch (error) {
      return problemOf(error)
    }
  }

  function keepHistory(key: string, change: Partial<KeptHistory>): void {
    store.setState(({ histories }) => ({
      histories: { ...histories, [key]: { history: null, problem: null, ...histories[key], ...change } },
    }))
  }

  /** What was read counts only while its connection is still the one that is shown. */
  async function past(read: (connectionId: string) => Promise<Partial<HeartbeatState>>): Promise<void> {
    const { connectionId } = store.getState()
    if (connectionId === null) return
    const isCurrent = (): boolean => store.getState().connectionId === connectionId
    try {
      const change = await read(connectionId)
      if (isCurrent()) store.setState({ ...change, pastProblem: null })
    } catch (error) {
      if (isCurrent()) store.setState({ pastProblem: problemOf(error) })
    }
  }

  const actions: HeartbeatActions = {
    async readHistory(monitorId, range) {
      const key = historyKey(monitorId, range)
      try {
        const history = await client.heartbeat.history({ monitorId, range })
        keepHistory(key, { history, problem: null })
      } catch (error) {
        keepHistory(key, { problem: problemOf(error) })
      }
    },
    async readPast(connectionId) {
      if (connectionId !== store.getState().connectionId)
        store.setState({ connectionId, incidents: UNREAD, journal: UNREAD, pastProblem: null })
      await past(async () => {
        const first = { connectionId, before: null, limit: PAGE }
        const [incidents, journal] = await Promise.all([
          client.heartbeat.incidents(first),
          client.heartbeat.journal(first),
        ])
        return {
          incidents: { items: incidents.incidents, nextBefore: incidents.nextBefore },
          journal: { items: journal.entries, nextBefore: journal.nextBefore },
        }
      })
    },
    moreIncidents: () =>
      past(async (connectionId) => {
        const { items, nextBefore } = store.getState().incidents
        const page = await client.heartbeat.incidents({ connectionId, before: nextBefore, limit: PAGE })
        return {
          incidents: { items: [...(items ?? []), ...page.incidents], nextBefore: page.nextBefore },
        }
      }),
    moreJournal: () =>
      past(async (connectionId) => {
        const { items, nextBefore } = store.getState().journal
        const page = await client.heartbeat.journal({ connectionId, before: nextBefore, limit: PAGE })
        return { journal: { items: [...(items ?? []), ...page.entries], nextBefore: page.nextBefore } }
      }),
    lookNow: (monitorIds) =>
      attempt(() => Promise.all(monitorIds.map((monitorId) => client.heartbeat.lookNow({ monitorId })))),
    async lookAtAll(connectionId) {
      const looks = MONITOR_KINDS.map((kind) => actions.lookNow([monitorId(kind, connectionId)]))
      const problems = await Promise.all(looks)
      // What this connection does not have is no bad input of a person.
      return problems.find((problem) => problem !== null && problem.code !== 'bad-input') ?? null
    },
    keepQuiet: (quiet) => attempt(() => client.heartbeat.keepQuiet(quiet)),
    endQuiet: (id) => attempt(() => client.heartbeat.endQuiet({ id })),
    setHealthKey: (connectionId, key) => attempt(() => client.heartbeat.setHealthKey({ connectionId, key })),
  }

  return Object.assign(store, {
    actions,
    start: () =>
      follow(
        (core, options) => core.heartbeat.watch(undefined, options),
        (status) => store.setState({ status }),
      ),
  })
}
