import { rightsOf, useTokensEnvironment } from './context.tsx'

/** Whether this connection may revoke and plan for a user's tokens, by the user's id. */
export function useMayChange(): (userId: string) => boolean {
  const { identity } = useTokensEnvironment()
  const { own, manageOthers } = rightsOf(identity)
  const hasTokens = identity?.features.apiTokens ?? true
  return (userId) => hasTokens && (identity?.userId === userId ? own : manageOthers)
}
