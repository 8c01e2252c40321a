import type { Clock } from '#base/clock.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import type { Incident } from '#shared/contract/incidents.ts'
import type { Leaked, Triage } from '#shared/contract/triage.ts'
import { lastFour, maskToken } from '#shared/domain/token.ts'
import { holderOfToken } from '../clients/opencti/containment.ts'
import { type ActionLedger, recorded } from '../ports/action-ledger.ts'
import type { AlikeTokens, TokenLists } from '../ports/token-memory.ts'
import { IN_HAND_MS, InHand } from './in-hand.ts'
import type { IncidentsService } from './incidents-service.ts'
import { leakOf, type OwnerRead, type Presented } from './leak-verdict.ts'
import { Pace } from './pace.ts'
import type { Ask, PlatformSession, Platforms } from './platform.ts'
import { prepare } from './preview.ts'
import { inTurns } from './turns.ts'

export interface LeakTriageParts {
  readonly platforms: Platforms
  readonly lists: TokenLists
  readonly incidents: Pick<IncidentsService, 'revoke'>
  readonly ledger: ActionLedger
  readonly clock: Clock
  /** a text that no earlier call gave */
  readonly unique: () => string
}

interface Held {
  readonly connectionId: string
  readonly values: readonly Secret[]
  readonly leaks: readonly Leaked[]
}

/** Everybody's tokens are read anew when the list is older than this. */
const LIST_AGE_MS = 5 * 60_000
const NO_LIST: AlikeTokens = { listed: [], gone: [], readAt: null, clockSkewMs: 0 }

/** Leak triage (T-19): whose a found token is, whether it still opens anything, and the way to shut it with proof. */
export class LeakTriage {
  readonly #parts: LeakTriageParts
  readonly #held: InHand<Held>

  constructor(parts: LeakTriageParts) {
    this.#parts = parts
    this.#held = new InHand(parts.clock)
  }

  /**
   * Asks about values that look like tokens. Each is presented once, to the platform of the connection alone.
   * @throws ProblemError when the connection does not work, `ledger-failed`
   */
  async identify(connectionId: string, values: readonly Secret[]): Promise<Triage> {
    const { platforms, lists, clock, unique } = this.#parts
    const session = await platforms.use(connectionId, async (now) => now)
    const { apiTokens } = session.identity.features
    const endings = values.map(endingOf)
    // First the lists: presenting a token changes when it was last used.
    const known = apiTokens ? await lists.alike(connectionId, endings, LIST_AGE_MS) : NO_LIST
    const presented = await this.#present(session, values, endings)
    const owners = await this.#owners(connectionId, ownerIds(presented, endings, known))
    const now = clock.now() + session.identity.clockSkewMs
    const leaks = values.map((value, index) =>
      leakOf({
        value: { ending: endings[index] ?? '', plain: value.expose() },
        presented: presented[index] as Presented,
        known,
        owners,
        platform: session.identity,
        now,
      }),
    )
    const id = unique()
    this.#held.put(id, { connectionId, values, leaks })
    const told = [...owners.values()].flatMap((owner) => ('preview' in owner ? [owner.preview] : []))
    return {
      id,
      until: clock.now() + IN_HAND_MS,
      leaks,
      unknowns: told[0]?.unknowns ?? [],
      listedAt: known.readAt,
      clockSkewMs: session.identity.clockSkewMs,
    }
  }

  /** @throws ProblemError `triage-gone` when the values were forgotten, and what `IncidentsService.revoke` throws */
  async revoke({ id, places, reason }: { id: string; places: readonly number[]; reason: string }) {
    const held = this.#held.look(id)
    if (!held) throw new ProblemError('triage-gone')
    const chosen = [...new Set(places)].filter((place) => held.leaks[place]?.mayRevoke)
    const byOwner = new Map<string, Set<string>>()
    for (const place of chosen) {
      const { owner, holdings } = held.leaks[place] as Leaked
      if (!owner || !holdings) continue
      const ids = byOwner.get(owner.id) ?? new Set()
      for (const token of holdings.tokens) ids.add(token.id)
      byOwner.set(owner.id, ids)
    }
    const targets = [...byOwner].map(([userId, ids]) => ({ userId, tokenIds: [...ids] }))
    if (targets.length === 0) throw new ProblemError('token-not-found')
    const asked = { connectionId: held.connectionId, targets, reason }
    const incident: Incident = await this.#parts.incidents.revoke(
      asked,
      chosen.map((place) => held.values[place] as Secret),
    )
    this.forget(id)
    return incident
  }

  forget(id: string): void {
    this.#held.drop(id)
  }

  clear(): void {
    this.#held.clear()
  }

  async #present(
    { identity, connection }: PlatformSession,
    values: readonly Secret[],
    endings: readonly string[],
  ): Promise<Presented[]> {
    const { platforms, ledger, clock } = this.#parts
    const pace = new Pace(clock)
    const presented: Presented[] = []
    const facts = { connectionId: connection.id, url: connection.url, actor: identity.email, endings }
    const one = async (place: number): Promise<void> => {
      const value = values[place] as Secret
      try {
        const holder = await pace.run(() =>
          platforms.use(connection.id, ({ client }) => holderOfToken(client.as(value))),
        )
        presented[place] = { holder }
      } catch (error) {
        presented[place] = { problem: asProblem(error).problem }
      }
    }
    await recorded(
      ledger,
      'token.triage',
      facts,
      () =>
        inTurns(
          pace,
          [...values.keys()].map((key) => [() => one(key)]),
        ),
      () => ({ live: endings.filter((_, place) => isLive(presented[place])) }),
    )
    return presented
  }

  /** What each owner holds now. One who cannot be read does not keep the others from being told. */
  async #owners(connectionId: string, ids: ReadonlySet<string>): Promise<Map<string, OwnerRead>> {
    const { platforms, clock } = this.#parts
    const ask: Ask = (work) => platforms.use(connectionId, work)
    const owners = new Map<string, OwnerRead>()
    for (const userId of ids) {
      try {
        const { preview } = await prepare(ask, clock, [{ userId, tokenIds: null }])
        owners.set(userId, { preview })
      } catch (error) {
        owners.set(userId, { problem: asProblem(error).problem })
      }
    }
    return owners
  }
}

const endingOf = (value: Secret): string => lastFour(maskToken(value.expose()))

const isLive = (presented: Presented | undefined): boolean =>
  presented !== undefined && 'holder' in presented && presented.holder !== null

/** Who let it in; for what was refused, who is known to hold one that ends alike. */
function ownerIds(
  presented: readonly Presented[],
  endings: readonly string[],
  known: AlikeTokens,
): Set<string> {
  return new Set(
    presented.flatMap((answer, index) => {
      if (!('holder' in answer)) return []
      if (answer.holder) return [answer.holder.id]
      return known.listed
        .filter(({ token }) => lastFour(token.maskedToken) === endings[index])
        .map(({ ownerId }) => ownerId)
    }),
  )
}
