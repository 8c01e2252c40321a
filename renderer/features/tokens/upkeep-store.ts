import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Problem } from '#shared/contract/problem.ts'
import type { Token } from '#shared/contract/tokens.ts'
import type { Rotation, Upkeep } from '#shared/contract/upkeep.ts'
import type { RemindDays } from '#shared/domain/upkeep.ts'
import type { Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

/** Which token of whom. */
export interface TokenOf {
  readonly connectionId: string
  readonly userId: string
  readonly token: Token
}

export interface UpkeepState {
  /** of all connections; null until the core has spoken */
  readonly upkeep: Upkeep | null
  /** why the last deed of an entry was not done */
  readonly refused: { readonly id: string; readonly problem: Problem } | null
}

/** Why it was not done; null: it was. */
type Failure = Problem | null

export type UpkeepDeed = 'cancelTimer' | 'dismiss' | 'checkRotation' | 'finishRotation' | 'stopRotation'

export interface UpkeepActions {
  /** In so many ms by the platform's clock; an earlier timer of that token is replaced. */
  revokeIn(of: TokenOf, ms: number, reason: string): Promise<Failure>
  remind(of: TokenOf, days: RemindDays): Promise<Failure>
  rotate(
    of: TokenOf,
    choice: { replacementId: string; quietMs: number; finish: Rotation['finish'] },
  ): Promise<Failure>
  /** A deed of one entry. Why it failed stands beside the entry, too. */
  act(deed: UpkeepDeed, id: string): Promise<Failure>
}

export type UpkeepStore = StoreApi<UpkeepState> & {
  readonly actions: UpkeepActions
  /** Follows the list; returns the end of that. */
  start(): () => void
}

/** What is set up for tokens: revoked at a time, replaced, reminded of (T-16, T-17). */
export function createUpkeepStore({ client, follow }: Pick<Host, 'client' | 'follow'>): UpkeepStore {
  const store = createStore<UpkeepState>(() => ({ upkeep: null, refused: null }))

  async function failureOf(deed: Promise<unknown>): Promise<Failure> {
    try {
      await deed
      return null
    } catch (error) {
      return problemOf(error)
    }
  }

  const refOf = ({ connectionId, userId, token }: TokenOf) => ({ connectionId, userId, tokenId: token.id })

  const actions: UpkeepActions = {
    revokeIn: (of, ms, reason) => failureOf(client.upkeep.revokeIn({ ...refOf(of), ms, reason })),
    remind: (of, days) => failureOf(client.upkeep.remind({ ...refOf(of), days })),
    rotate: (of, choice) => failureOf(client.upkeep.rotate({ ...refOf(of), ...choice })),
    async act(deed, id) {
      store.setState({ refused: null })
      const problem = await failureOf(client.upkeep[deed]({ id }))
      if (problem) store.setState({ refused: { id, problem } })
      return problem
    },
  }

  return Object.assign(store, {
    actions,
    start: () =>
      follow(
        (core, options) => core.upkeep.watch(undefined, options),
        (upkeep) => store.setState({ upkeep }),
      ),
  })
}
