import type { Clock } from '#base/clock.ts'
import type { KeyedQueue } from '#base/keyed-queue.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { Identity } from '#shared/contract/connections.ts'
import type { Generated, Token, UserAccess, UserSummary } from '#shared/contract/tokens.ts'
import { isExpiryAsAsked, lastFour, orphansIn, type TokenDuration } from '#shared/domain/token.ts'
import { breachesOf, type TokenPolicy } from '#shared/domain/token-policy.ts'
import type { GeneratedToken } from '../clients/opencti/generated-token.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import {
  accountReach,
  type Reach,
  reach,
  requireListing,
  requireSetAccesses,
} from '../clients/opencti/reach.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import { type ActionLedger, type LedgerAction, type LedgerFacts, recorded } from '../ports/action-ledger.ts'
import type { TokenMemory } from '../ports/token-memory.ts'
import type { FirstUseWatch } from './first-use.ts'
import { AnswerLostError, ExpiryDiffersError } from './generation-errors.ts'
import type { RevealBox } from './reveal-box.ts'
import { sealedFor } from './sealed-file.ts'

/** A platform that let us in, as the connections hand it over. */
export interface PlatformSession {
  readonly client: OpenCtiClient
  readonly identity: Identity
  readonly connection: { readonly id: string; readonly name: string; readonly url: string }
}

export interface Platforms {
  use<Result>(connectionId: string, work: (session: PlatformSession) => Promise<Result>): Promise<Result>
}

export interface TokenParts {
  readonly platforms: Platforms
  readonly ledger: ActionLedger
  readonly revealBox: RevealBox
  readonly memory: TokenMemory
  readonly firstUse: Pick<FirstUseWatch, 'expect'>
  readonly policy: () => TokenPolicy
  readonly clock: Clock
  /** work on one user's tokens goes one by one, so that "appeared meanwhile" means one thing */
  readonly ownerQueue: KeyedQueue
}

/** `userId`: a user's id or `me` */
interface OfUser {
  readonly connectionId: string
  readonly userId: string
}

type WorkOnUser<Result> = (session: PlatformSession, target: Reach) => Promise<Result>

/** Lists, generates and revokes tokens: ledger record, deed, read-back (T-01, T-02, T-05, T-09). */
export class TokenService {
  readonly #parts: TokenParts

  constructor(parts: TokenParts) {
    this.#parts = parts
  }

  async users(query: { connectionId: string; search: string; after: string | null; first: number }) {
    return this.#parts.platforms.use(query.connectionId, async ({ client, identity }) => {
      requireListing(identity)
      const page = await client.users({ ...query, withTokens: identity.features.apiTokens })
      const users: UserSummary[] = page.users
      return { ...page, users, readAt: this.#parts.clock.now() }
    })
  }

  async ofUser({ connectionId, userId }: OfUser): Promise<UserAccess> {
    return this.#parts.platforms.use(connectionId, (session) =>
      this.#read(session, accountReach(session.identity, userId)),
    )
  }

  /** @throws AnswerLostError, ExpiryDiffersError, ProblemError */
  async generate(
    asked: OfUser & { readonly name: string; readonly duration: TokenDuration },
  ): Promise<Generated> {
    return this.#withUser(asked, async (session, target) => {
      const owner = target.manage()
      const { name, duration } = asked
      this.#refuseBreach(asked)
      const before = await this.#read(session, target)
      const facts = { ...factsOf(session, before), name, duration }
      const intent = await this.#parts.ledger.begin('token.generate', facts)
      let made: GeneratedToken
      try {
        made = await session.client.addToken(owner, name, duration)
      } catch (error) {
        const problem = asProblem(error).code
        if (wasRefused(error)) {
          this.#parts.ledger.end(intent, 'failed', { problem })
          throw error
        }
        // Never asked again: a second request could make a second token. What appeared is offered for revocation.
        const lost = await this.#lookForOrphans(session, target, before, name)
        const tokenIds = lost.orphans.map(({ id }) => id)
        this.#parts.ledger.end(intent, 'unknown', { problem, checked: lost.checked, tokenIds })
        throw lost
      }
      const token = await this.#readBack(session, target, made, name)
      const createdAt = token.createdAt ?? this.#parts.clock.now() + session.identity.clockSkewMs
      const asAsked = [token.expiresAt, made.expiresAt].every((expiresAt) =>
        isExpiryAsAsked(duration, createdAt, expiresAt),
      )
      this.#parts.ledger.end(intent, 'done', { ...tokenFacts(token), expiryAsAsked: asAsked })
      if (!asAsked) throw new ExpiryDiffersError(target.userId, token)
      const { id: tokenId } = token
      const ending = lastFour(token.maskedToken)
      const { connectionId } = asked
      const { userId } = target
      const expected = { connectionId, userId, tokenId, owner: before.user.name, name, lastFour: ending }
      this.#parts.firstUse.expect(expected)
      const about = { ...factsOf(session, before), ...tokenFacts(token), name }
      return { userId: target.userId, token, ...this.#parts.revealBox.put(made.value, about) }
    })
  }

  /** Whether this connection may revoke a user's tokens. @throws ProblemError `missing-capability`, `old-platform` */
  async requireManage({ connectionId, userId }: OfUser): Promise<void> {
    await this.#parts.platforms.use(connectionId, async ({ identity }) => reach(identity, userId).manage())
  }

  /** A sealed file of a value that is still revealed, and the name it may have. @throws ProblemError */
  async seal(revealId: string, recipient: string): Promise<{ fileName: string; text: string }> {
    const { value, facts } = this.#parts.revealBox.forSealing(revealId)
    const text = await sealedFor(recipient, value)
    const fileName = `opencti-token-${String(facts.lastFour).replaceAll(/[^A-Za-z0-9]/g, '')}.age`
    // A key of the newer kinds is a thousand letters long; its beginning tells it.
    const toWhom = { recipient: recipient.slice(0, 80) }
    return recorded(this.#parts.ledger, 'token.seal', { ...facts, ...toWhom }, () => ({ fileName, text }))
  }

  /** Returns when the token is seen gone. @throws ProblemError `still-listed`, `token-not-found`, … */
  async revoke(asked: OfUser & { readonly tokenId: string; readonly reason: string }): Promise<UserAccess> {
    return this.#withUser(asked, async (session, target) => {
      const owner = target.manage()
      const before = await this.#read(session, target)
      const token = before.tokens.find(({ id }) => id === asked.tokenId)
      if (!token) throw new ProblemError('token-not-found')
      const facts = {
        ...factsOf(session, before),
        ...tokenFacts(token),
        name: token.name,
        reason: asked.reason,
      }
      const { ledger, memory } = this.#parts
      const intent = await ledger.begin('token.revoke', facts)
      const { connectionId, reason } = asked
      memory.keep(connectionId, [{ owner: before.user, token, reason, by: session.identity.email }])
      let lost: unknown = null
      try {
        const sendReason = session.identity.features.revokeReason && asked.reason !== ''
        await session.client.revokeToken(owner, token.id, sendReason ? asked.reason : null)
      } catch (error) {
        // "Not found" is a refusal, but one that somebody else's revocation brings: the list tells.
        if (wasRefused(error) && asProblem(error).code !== 'token-not-found') {
          ledger.end(intent, 'failed', { problem: asProblem(error).code })
          memory.drop(connectionId, [token.id])
          throw error
        }
        lost = error
      }
      const answer: LedgerFacts = lost === null ? {} : { answer: asProblem(lost).code }
      let after: UserAccess
      try {
        after = await this.#read(session, target)
      } catch (error) {
        ledger.end(intent, 'unknown', { ...answer, seenGone: false })
        throw lost ?? error
      }
      if (after.tokens.some(({ id }) => id === token.id)) {
        ledger.end(intent, 'failed', { ...answer, problem: 'still-listed' })
        throw lost ?? new ProblemError('still-listed')
      }
      ledger.end(intent, 'done', { ...answer, seenGone: true })
      return after
    })
  }

  async killSession(asked: OfUser & { readonly sessionId: string }): Promise<UserAccess> {
    return this.#withAccount(asked, async (session, target) => {
      requireSetAccesses(session.identity)
      const before = await this.#read(session, target)
      // A session's id is part of its cookie: four characters tell it apart well enough.
      const facts = { ...factsOf(session, before), sessionEnd: asked.sessionId.slice(-4) }
      await this.#recorded('session.kill', facts, () => session.client.killSession(asked.sessionId))
      return this.#read(session, target)
    })
  }

  async killSessions(asked: OfUser): Promise<UserAccess> {
    return this.#withAccount(asked, async (session, target) => {
      requireSetAccesses(session.identity)
      const before = await this.#read(session, target)
      const facts = { ...factsOf(session, before), sessions: before.sessions?.length ?? null }
      await this.#recorded('session.kill-all', facts, () => session.client.killSessions(target.userId))
      return this.#read(session, target)
    })
  }

  /** Ledger before deed, where a deed whose answer is lost has an unknown end. */
  async #recorded(action: LedgerAction, facts: LedgerFacts, deed: () => Promise<void>): Promise<void> {
    const intent = await this.#parts.ledger.begin(action, facts)
    try {
      await deed()
    } catch (error) {
      const result = wasRefused(error) ? 'failed' : 'unknown'
      this.#parts.ledger.end(intent, result, { problem: asProblem(error).code })
      throw error
    }
    this.#parts.ledger.end(intent, 'done')
  }

  #withUser<Result>(asked: OfUser, work: WorkOnUser<Result>): Promise<Result> {
    return this.#queued(asked, reach, work)
  }

  /** Also where users have no tokens of their own (T-20). */
  #withAccount<Result>(asked: OfUser, work: WorkOnUser<Result>): Promise<Result> {
    return this.#queued(asked, accountReach, work)
  }

  #queued<Result>(
    { connectionId, userId }: OfUser,
    reachOf: typeof reach,
    work: WorkOnUser<Result>,
  ): Promise<Result> {
    return this.#parts.platforms.use(connectionId, (session) => {
      const target = reachOf(session.identity, userId)
      return this.#parts.ownerQueue.run(`${connectionId} ${target.userId}`, () => work(session, target))
    })
  }

  /** What is reported of others is refused here (T-15). @throws ProblemError `policy-…` */
  #refuseBreach(asked: { readonly name: string; readonly duration: TokenDuration }): void {
    const policy = this.#parts.policy()
    const [breach] = breachesOf(asked, policy)
    if (breach === undefined) return
    const rule = {
      'policy-lifetime': `≤ ${policy.maxLifetimeDays} d`,
      'policy-unlimited': null,
      'policy-naming': policy.namePattern,
    }
    throw new ProblemError(breach, rule[breach])
  }

  async #read({ client, identity, connection }: PlatformSession, target: Reach): Promise<UserAccess> {
    const { user, tokens, sessions, revoked, skewMs } = await client.access(target.read, identity.features)
    const access: UserAccess = {
      user: {
        ...user,
        tokenCount: identity.features.apiTokens ? tokens.length : null,
        isMe: user.id === identity.userId,
      },
      tokens,
      revoked,
      sessions,
      readAt: this.#parts.clock.now(),
      clockSkewMs: skewMs,
    }
    if (identity.features.apiTokens) this.#parts.memory.seen(connection.id, [access])
    return access
  }

  /** The new token as the platform lists it, or, when it cannot be read now, as the platform answered. */
  async #readBack(
    session: PlatformSession,
    target: Reach,
    made: GeneratedToken,
    name: string,
  ): Promise<Token> {
    const { tokenId: id, maskedToken, expiresAt } = made
    const answered: Token = { id, name, maskedToken, createdAt: null, expiresAt, lastUsedAt: null }
    try {
      const { tokens } = await this.#read(session, target)
      return tokens.find((token) => token.id === id) ?? answered
    } catch {
      // The token exists and its value is here: a failed list is no reason to lose it.
      return answered
    }
  }

  async #lookForOrphans(
    session: PlatformSession,
    target: Reach,
    before: UserAccess,
    name: string,
  ): Promise<AnswerLostError> {
    const known = before.tokens.map(({ id }) => id)
    try {
      const { tokens } = await this.#read(session, target)
      const orphans = orphansIn(tokens, name, known)
      return new AnswerLostError(target.userId, orphans, true, known)
    } catch {
      return new AnswerLostError(target.userId, [], false, known)
    }
  }
}

/** It is certain that the platform did nothing. */
function wasRefused(error: unknown): boolean {
  return error instanceof RemoteError && error.execution === 'no'
}

/** Who does it to whom, and where. */
function factsOf({ identity, connection }: PlatformSession, { user }: UserAccess): LedgerFacts {
  return {
    connectionId: connection.id,
    url: connection.url,
    actorId: identity.userId,
    actor: identity.email,
    userId: user.id,
    user: user.email,
  }
}

function tokenFacts(token: Token): LedgerFacts {
  return { tokenId: token.id, lastFour: lastFour(token.maskedToken), expiresAt: token.expiresAt }
}
