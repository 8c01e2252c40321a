import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { Connection, Identity } from '#shared/contract/connections.ts'
import type { ClipboardStatus } from '#shared/contract/system.ts'
import { type TokenRights, tokenRights } from '#shared/domain/capability.ts'
import type { TokenPolicy } from '#shared/domain/token-policy.ts'
import type { ConsoleClient } from '../../client.ts'
import type { PageClipboard } from './page-clipboard.ts'
import type { TokensActions, TokensState, TokensStore } from './store.ts'
import type { UpkeepStore } from './upkeep-store.ts'

/** What the tokens' views get from the rest of the page. */
export interface TokensEnvironment {
  readonly client: ConsoleClient
  readonly store: TokensStore
  /** what is set up for tokens */
  readonly upkeep: UpkeepStore
  readonly pageClipboard: PageClipboard
  /** hands a file to the reader */
  readonly save: (fileName: string, text: string, type?: string) => void
  readonly connection: Connection
  /** who the connection's token is, as last known; null when it was never known */
  readonly identity: Identity | null
  /** who writes the clipboard: the core or the page */
  readonly clipboard: 'system' | 'page'
  /** 0 = never */
  readonly clipboardClearSeconds: number
  /** of whoever writes it */
  readonly clipboardStatus: ClipboardStatus
  readonly tokenNameTemplate: string
  readonly tokenPolicy: TokenPolicy
  readonly onShowUser: (userId: string | null) => void
  readonly onLostDevice: (userId: string | null) => void
  /** several tokens at once; asks first */
  readonly onRevokeAll: (userId: string, tokenIds: string[]) => void
}

const TokensContext = createContext<TokensEnvironment | null>(null)

export function TokensProvider({ value, children }: { value: TokensEnvironment; children: ReactNode }) {
  return <TokensContext value={value}>{children}</TokensContext>
}

export function useTokensEnvironment(): TokensEnvironment {
  const environment = useContext(TokensContext)
  if (!environment) throw new Error('No TokensProvider above')
  return environment
}

export function useTokens<Result>(select: (state: TokensState) => Result): Result {
  return useStore(useTokensEnvironment().store, select)
}

export function useTokensActions(): TokensActions {
  return useTokensEnvironment().store.actions
}

const NO_RIGHTS: TokenRights = { own: false, listOthers: false, manageOthers: false }

/** What the connection's holder may do with tokens. */
export function rightsOf(identity: Identity | null): TokenRights {
  return identity ? tokenRights({ id: identity.userId, capabilities: identity.capabilities }) : NO_RIGHTS
}
