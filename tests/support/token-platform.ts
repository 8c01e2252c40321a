import { ProblemError } from '../../electron/base/problem-error.ts'
import type { Token, UserAccess } from '../../shared/contract/tokens.ts'
import type { ProblemCode } from '../../shared/domain/problem.ts'

interface Of {
  readonly connectionId: string
  readonly userId: string
}

/** One user's tokens on a platform with a clock of its own, asked as the tokens' capability is; fails on order. */
export function tokenPlatform(time: { readonly ours: () => number; readonly theirs: () => number }) {
  let tokens: Token[] = []
  let failing: ProblemCode | null = null
  const asked: string[] = []
  const revoked: { id: string; reason: string; at: number }[] = []

  const access = (): UserAccess => ({
    user: {
      id: 'alice',
      name: 'Alice',
      email: 'alice@example.org',
      accountStatus: 'Active',
      serviceAccount: false,
      accountLockAfter: null,
      capabilities: [],
      tokenCount: tokens.length,
      isMe: true,
    },
    tokens: [...tokens],
    revoked: null,
    sessions: null,
    readAt: time.ours(),
    clockSkewMs: time.theirs() - time.ours(),
  })

  async function answer(what: string): Promise<void> {
    asked.push(what)
    if (failing !== null) throw new ProblemError(failing)
  }

  return {
    asked,
    revoked,
    fail(code: ProblemCode | null): void {
      failing = code
    },
    add(id: string, change: Partial<Token> = {}): Token {
      const token: Token = {
        id,
        name: `token ${id}`,
        maskedToken: `****${id.padStart(4, 'x').slice(-4)}`,
        createdAt: time.theirs(),
        expiresAt: null,
        lastUsedAt: null,
        ...change,
      }
      tokens.push(token)
      return token
    },
    use(id: string, at = time.theirs()): void {
      tokens = tokens.map((token) => (token.id === id ? { ...token, lastUsedAt: at } : token))
    },
    take(id: string): void {
      tokens = tokens.filter((token) => token.id !== id)
    },
    tokens: {
      async ofUser(_: Of): Promise<UserAccess> {
        await answer('read')
        return access()
      },
      async requireManage(): Promise<void> {},
      async revoke({ tokenId, reason }: Of & { tokenId: string; reason: string }): Promise<UserAccess> {
        await answer('revoke')
        if (!tokens.some(({ id }) => id === tokenId)) throw new ProblemError('token-not-found')
        tokens = tokens.filter(({ id }) => id !== tokenId)
        revoked.push({ id: tokenId, reason, at: time.theirs() })
        return access()
      },
    },
  }
}
