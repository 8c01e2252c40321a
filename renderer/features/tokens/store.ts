import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Problem } from '#shared/contract/problem.ts'
import type { FirstUse, Generated, Session, Token, UserAccess, UserSummary } from '#shared/contract/tokens.ts'
import type { Rotation } from '#shared/contract/upkeep.ts'
import type { Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'
import type { Clock } from '../../ui/clock.tsx'
import { type GenerateInput, type GenerateOutcome, generateOutcome } from './outcome.ts'

/** `me` or a user's id. */
export type UserRef = string

/** Something read from the platform; `data` stays while it is read again, and when that fails. */
export interface Reading<Data> {
  data: Data | null
  loading: boolean
  /** something has changed since it was asked for */
  outdated: boolean
  problem: Problem | null
}

export interface UsersPage {
  users: readonly UserSummary[]
  nextCursor: string | null
  total: number
  readAt: number
}

/** A token that a new one takes the place of, and how that is watched (T-16). */
export interface Replacing {
  readonly old: Token
  readonly quietMs: number
  readonly finish: Rotation['finish']
}

export type TokenDialog =
  /** `replaces`: the token that the new one takes the place of (T-16) */
  | { name: 'generate'; owner: UserAccess['user']; ref: UserRef; replaces?: Token }
  /** Knows the handle of the value, never the value. */
  | { name: 'reveal'; generated: Generated; ownerName: string; rotation?: Replacing }
  | { name: 'plan'; owner: UserAccess['user']; ref: UserRef; token: Token }
  | { name: 'finish-rotation'; rotation: Rotation }
  | { name: 'revoke'; owner: UserAccess['user']; ref: UserRef; token: Token }
  | { name: 'kill-session'; owner: UserAccess['user']; ref: UserRef; session: Session }
  | { name: 'kill-sessions'; owner: UserAccess['user']; ref: UserRef; count: number }

export interface TokensState {
  connectionId: string | null
  access: Readonly<Record<UserRef, Reading<UserAccess>>>
  search: string
  users: Reading<UsersPage>
  dialog: TokenDialog | null
  /** our clock, when the platform last answered anything here */
  lastReadAt: number | null
  /** new tokens of all connections whose first use is waited for, or was seen (T-08) */
  firstUses: readonly FirstUse[]
}

/** What came of a change: null when it was done. */
type Failure = Problem | null

export interface TokensActions {
  /** Turns to another connection: everything read from the one before is dropped. */
  turnTo(connectionId: string | null): void
  /** What was read; null when it failed, or something newer was read meanwhile. */
  load(ref: UserRef): Promise<UserAccess | null>
  /** Something else has changed tokens: whatever is shown is read again at once, the rest when it is opened. */
  outdate(): void
  /** The list of users matching `search`, from its start; waits until typing pauses. */
  searchUsers(search: string, at?: 'pause' | 'now'): void
  moreUsers(): Promise<void>
  open(dialog: TokenDialog): void
  close(): void
  generate(
    input: Omit<GenerateInput, 'connectionId'>,
    ownerName: string,
    rotation?: Replacing,
  ): Promise<GenerateOutcome>
  revoke(ref: UserRef, token: Token, reason: string): Promise<Failure>
  killSession(ref: UserRef, sessionId: string): Promise<Failure>
  killSessions(ref: UserRef): Promise<Failure>
}

export type TokensStore = StoreApi<TokensState> & {
  readonly actions: TokensActions
  /** Follows the first uses; returns the end of that. */
  start(): () => void
}

const PAGE_SIZE = 100
const TYPING_PAUSE_MS = 250
/** Users whose page was open last are kept; more would only grow old. */
const KEPT_USERS = 12

const NOTHING = { data: null, loading: false, outdated: false, problem: null }

const EMPTY: TokensState = {
  connectionId: null,
  access: {},
  search: '',
  users: NOTHING,
  dialog: null,
  lastReadAt: null,
  firstUses: [],
}

export function createTokensStore(
  { client, follow }: Pick<Host, 'client' | 'follow'>,
  clock: Clock,
): TokensStore {
  const store = createStore<TokensState>(() => EMPTY)
  let cancelTyping = (): void => {}
  let usersRequest = 0
  /** Per user, the newest request; what an older one answers is out of date. */
  const accessRequests = new Map<UserRef, number>()

  /** The connection asked for, unless the page has turned to another one meanwhile. */
  const isCurrent = (connectionId: string): boolean => store.getState().connectionId === connectionId

  function setReading(ref: UserRef, change: Partial<Reading<UserAccess>>): void {
    store.setState(({ access }) => {
      const { [ref]: before = NOTHING, ...others } = access
      const kept = Object.entries(others).slice(-(KEPT_USERS - 1))
      return { access: { ...Object.fromEntries(kept), [ref]: { ...before, ...change } } }
    })
  }

  const nextRequest = (ref: UserRef): number => {
    const request = (accessRequests.get(ref) ?? 0) + 1
    accessRequests.set(ref, request)
    return request
  }

  function keep(ref: UserRef, data: UserAccess): void {
    nextRequest(ref)
    const fresh = { data, loading: false, problem: null }
    setReading(ref, fresh)
    // "me" and one's own id are the same person.
    const { access } = store.getState()
    const other = ref === 'me' ? data.user.id : data.user.isMe ? 'me' : ref
    if (other !== ref && other in access) setReading(other, fresh)
    store.setState({ lastReadAt: data.readAt })
  }

  async function load(ref: UserRef): Promise<UserAccess | null> {
    const { connectionId } = store.getState()
    if (connectionId === null) return null
    const request = nextRequest(ref)
    const isLatest = (): boolean => isCurrent(connectionId) && accessRequests.get(ref) === request
    setReading(ref, { loading: true, outdated: false })
    try {
      const data = await client.tokens.ofUser({ connectionId, userId: ref })
      if (!isLatest()) return null
      keep(ref, data)
      return data
    } catch (error) {
      if (isLatest()) setReading(ref, { loading: false, problem: problemOf(error) })
      return null
    }
  }

  async function loadUsers(after: string | null): Promise<void> {
    const { connectionId, search, users } = store.getState()
    if (connectionId === null) return
    const request = ++usersRequest
    store.setState({ users: { ...users, loading: true, outdated: after !== null && users.outdated } })
    const isLatest = (): boolean => isCurrent(connectionId) && request === usersRequest
    try {
      const page = await client.tokens.users({ connectionId, search, after, first: PAGE_SIZE })
      if (!isLatest()) return
      const before = after === null ? [] : (users.data?.users ?? [])
      const data = { ...page, users: [...before, ...page.users] }
      const { outdated } = store.getState().users
      store.setState({ users: { data, loading: false, outdated, problem: null }, lastReadAt: page.readAt })
    } catch (error) {
      if (!isLatest()) return
      const { outdated } = store.getState().users
      store.setState({ users: { ...users, loading: false, outdated, problem: problemOf(error) } })
    }
  }

  /** Does a change that answers with the list as it is afterwards. */
  async function change(ref: UserRef, deed: (connectionId: string) => Promise<UserAccess>): Promise<Failure> {
    const { connectionId } = store.getState()
    if (connectionId === null) return { code: 'no-connection', detail: null }
    try {
      const data = await deed(connectionId)
      if (isCurrent(connectionId)) keep(ref, data)
      return null
    } catch (error) {
      // Whatever went wrong, the list may have changed.
      if (isCurrent(connectionId)) void load(ref)
      return problemOf(error)
    }
  }

  const actions: TokensActions = {
    turnTo(connectionId) {
      if (connectionId === store.getState().connectionId) return
      cancelTyping()
      accessRequests.clear()
      store.setState(({ firstUses }) => ({ ...EMPTY, connectionId, firstUses }), true)
    },
    load,
    outdate: () =>
      store.setState(({ access, users }) => ({
        access: Object.fromEntries(
          Object.entries(access).map(([ref, reading]) => [ref, { ...reading, outdated: true }]),
        ),
        users: { ...users, outdated: users.data !== null || users.loading },
      })),
    searchUsers(search, at = 'pause') {
      cancelTyping()
      store.setState({ search })
      if (at === 'now') void loadUsers(null)
      else cancelTyping = clock.after(TYPING_PAUSE_MS, () => void loadUsers(null))
    },
    async moreUsers() {
      const { users } = store.getState()
      const cursor = users.data?.nextCursor ?? null
      if (cursor !== null && !users.loading && users.problem === null) await loadUsers(cursor)
    },
    open: (dialog) => store.setState({ dialog }),
    close: () => store.setState({ dialog: null }),
    async generate(input, ownerName, rotation) {
      const { connectionId } = store.getState()
      if (connectionId === null) return { kind: 'problem', problem: { code: 'no-connection', detail: null } }
      const outcome = await generateOutcome(client, { ...input, connectionId })
      if (isCurrent(connectionId)) {
        void load(input.userId)
        if (outcome.kind === 'made')
          store.setState({ dialog: { name: 'reveal', generated: outcome.generated, ownerName, rotation } })
      } else if (outcome.kind === 'made') {
        await client.tokens.forget({ revealId: outcome.generated.revealId })
      }
      return outcome
    },
    revoke: (ref, token, reason) =>
      change(ref, (connectionId) =>
        client.tokens.revoke({ connectionId, userId: ref, tokenId: token.id, reason }),
      ),
    killSession: (ref, sessionId) =>
      change(ref, (connectionId) => client.tokens.killSession({ connectionId, userId: ref, sessionId })),
    killSessions: (ref) =>
      change(ref, (connectionId) => client.tokens.killSessions({ connectionId, userId: ref })),
  }

  return Object.assign(store, {
    actions,
    start: () =>
      follow(
        (core, options) => core.tokens.firstUses(undefined, options),
        (firstUses) => store.setState({ firstUses }),
      ),
  })
}
