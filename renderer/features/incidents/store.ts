import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Incident, IncidentStep, Preview } from '#shared/contract/incidents.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { ConsoleClient, Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

/** Whose tokens, and which of them. */
export interface Target {
  userId: string
  tokenIds: string[]
}

/** One incident with its steps in the order of the plan. */
export interface OpenIncident {
  incident: Incident | null
  steps: readonly IncidentStep[]
  problem: Problem | null
}

export interface IncidentsState {
  /** of all connections, the newest first; null until the core has spoken */
  list: readonly Incident[] | null
  /** the one that is looked at */
  open: OpenIncident
  /** the bulk dialog; the connection is the one that the tokens are of */
  bulk: { connectionId: string; targets: readonly Target[] } | null
  /** the dialog for a token that was found somewhere */
  triage: boolean
}

/** What came of asking: a value, or why there is none. */
export type Asked<Value> = { value: Value; problem: null } | { value: null; problem: Problem }

type Deed = 'stop' | 'resume' | 'rescan'

export interface IncidentsActions {
  /** Opens the bulk dialog for tokens of one connection (T-10). */
  openBulk(connectionId: string, targets: readonly Target[]): void
  closeBulk(): void
  openTriage(): void
  closeTriage(): void
  /** Shows one incident from now on; returns the end of that. */
  follow(id: string): () => void
  preview(connectionId: string, targets: readonly Target[]): Promise<Asked<Preview>>
  previewUser(connectionId: string, userId: string): Promise<Asked<Preview>>
  revoke(connectionId: string, targets: readonly Target[], reason: string): Promise<Asked<Incident>>
  contain(input: Parameters<ConsoleClient['incidents']['contain']>[0]): Promise<Asked<Incident>>
  act(deed: Deed, id: string): Promise<Problem | null>
  retry(id: string, appeared: boolean): Promise<Problem | null>
}

export type IncidentsStore = StoreApi<IncidentsState> & {
  readonly actions: IncidentsActions
  /** Follows the list; returns the end of that. */
  start(): () => void
}

const NONE: OpenIncident = { incident: null, steps: [], problem: null }

export function createIncidentsStore({ client, follow }: Pick<Host, 'client' | 'follow'>): IncidentsStore {
  const store = createStore<IncidentsState>(() => ({ list: null, open: NONE, bulk: null, triage: false }))

  async function asked<Value>(question: Promise<Value>): Promise<Asked<Value>> {
    try {
      return { value: await question, problem: null }
    } catch (error) {
      return { value: null, problem: problemOf(error) }
    }
  }

  const actions: IncidentsActions = {
    openBulk: (connectionId, targets) => store.setState({ bulk: { connectionId, targets } }),
    closeBulk: () => store.setState({ bulk: null }),
    openTriage: () => store.setState({ triage: true }),
    closeTriage: () => store.setState({ triage: false }),
    follow(id) {
      store.setState({ open: NONE })
      return follow(
        (core, options) => core.incidents.follow({ id }, options),
        (delta) =>
          store.setState(({ open }) => ({
            open: { incident: delta.incident, steps: withChanges(open.steps, delta.steps), problem: null },
          })),
        (error) => store.setState(({ open }) => ({ open: { ...open, problem: problemOf(error) } })),
      )
    },
    preview: (connectionId, targets) =>
      asked(client.incidents.preview({ connectionId, targets: [...targets] })),
    previewUser: (connectionId, userId) => asked(client.incidents.previewUser({ connectionId, userId })),
    revoke: (connectionId, targets, reason) =>
      asked(client.incidents.revoke({ connectionId, targets: [...targets], reason })),
    contain: (input) => asked(client.incidents.contain(input)),
    act: async (deed, id) => (await asked(client.incidents[deed]({ id }))).problem,
    retry: async (id, appeared) => (await asked(client.incidents.retry({ id, appeared }))).problem,
  }

  return Object.assign(store, {
    actions,
    start: () =>
      follow(
        (core, options) => core.incidents.watch(undefined, options),
        (list) => store.setState({ list }),
      ),
  })
}

/** The steps with those of `changed` in their places. */
function withChanges(
  steps: readonly IncidentStep[],
  changed: readonly IncidentStep[],
): readonly IncidentStep[] {
  if (changed.length === 0) return steps
  const next = [...steps]
  for (const step of changed) next[step.position] = step
  return next
}
