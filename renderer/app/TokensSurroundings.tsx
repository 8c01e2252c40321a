import { type ReactNode, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Connection } from '#shared/contract/connections.ts'
import { NO_POLICY } from '#shared/domain/token-policy.ts'
import { TokensProvider } from '../features/tokens/context.tsx'
import { useClipboardStatus, useIdentity, usePage } from './page-context.tsx'

/** What everything about single tokens stands in, wherever on the tokens' view it is shown. */
export function TokensSurroundings({
  connection,
  children,
}: {
  connection: Connection
  children: ReactNode
}) {
  const { host, tokens, upkeep, incidents, pageClipboard, save, settings, system, router } = usePage()
  const chosen = useStore(settings, (state) => state.settings)
  const clipboard = useStore(system, (state) => state.info?.clipboard ?? 'system')
  const clipboardStatus = useClipboardStatus()
  const identity = useIdentity(connection.id)
  const value = useMemo(
    () => ({
      client: host.client,
      store: tokens,
      upkeep,
      pageClipboard,
      save,
      connection,
      identity,
      clipboard,
      clipboardStatus,
      clipboardClearSeconds: chosen?.clipboardClearSeconds ?? 30,
      tokenNameTemplate: chosen?.tokenNameTemplate ?? '',
      tokenPolicy: chosen?.tokenPolicy ?? NO_POLICY,
      onShowUser: (userId: string | null) => router.go({ view: 'tokens', scope: 'users', userId }),
      onLostDevice: (userId: string | null) => router.go({ view: 'tokens', scope: 'lost-device', userId }),
      onRevokeAll: (userId: string, tokenIds: string[]) =>
        incidents.actions.openBulk(connection.id, [{ userId, tokenIds }]),
    }),
    [
      host,
      tokens,
      upkeep,
      incidents,
      pageClipboard,
      save,
      connection,
      identity,
      clipboard,
      clipboardStatus,
      chosen,
      router,
    ],
  )
  return <TokensProvider value={value}>{children}</TokensProvider>
}
