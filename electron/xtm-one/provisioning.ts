import { hkdfSync } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import { deriveKey, hmac, newTokenValue, type RandomSource } from '#base/crypto.ts'
import type { Secret } from '#base/secret.ts'
import type { UserEntry } from './payload.ts'
import type { ProvisionedUser, ProvisioningPort } from './ports.ts'
import type { Provision, ProvisioningStore } from './provisioning-store.ts'

/** Users a step: enough to be quick, few enough that neither memory nor the event loop feels it. */
const PAGE = 500
const SEED_BYTES = 32
const NOBODY: ReadonlyMap<string, Provision> = new Map()

export interface ProvisioningPass {
  readonly users: number
  readonly minted: number
  /** tokens found revoked in this pass */
  readonly revoked: number
}

/**
 * The credentials of the proof-of-concept profile: one unlimited token a user, minted once. A token's value is derived from
 * a random seed, written ahead of everything, and a key of the platform, which is kept elsewhere. So after a crash anywhere
 * the same value comes out again: the platform takes it as the token it already has, and nothing is lost or minted twice.
 */
export function createProvisioner(options: {
  port: ProvisioningPort
  store: ProvisioningStore
  random: RandomSource
}) {
  const { port, store, random } = options

  /** SECURITY: seed and key lie in different places; either alone says nothing of the value. */
  const tokenOf = (seed: Uint8Array): Secret => {
    const key = deriveKey(port.provisioningKey(), 'xtm-one user tokens')
    let block = 0
    return newTokenValue((size) => {
      block += 1
      return new Uint8Array(hkdfSync('sha256', key, seed, `block ${block}`, size))
    }).secret
  }

  const digestOf = (key: Secret): Uint8Array =>
    hmac(deriveKey(port.provisioningKey(), 'xtm-one admin key digest'), key.expose())

  async function* pagesOf<Entry>(
    read: (after: string | null) => Promise<readonly Entry[]>,
    idOf: (entry: Entry) => string,
  ): AsyncGenerator<readonly Entry[]> {
    for (let after: string | null = null; ; ) {
      const page = await read(after)
      const last = page.at(-1)
      if (last === undefined) return
      yield page
      after = idOf(last)
      // The platform serves people meanwhile.
      await breathe()
    }
  }
  const users = (): AsyncGenerator<readonly ProvisionedUser[]> =>
    pagesOf(
      (after) => port.users(after, PAGE),
      ({ id }) => id,
    )
  const userIds = (): AsyncGenerator<readonly string[]> =>
    pagesOf(
      (after) => port.userIds(after, PAGE),
      (id) => id,
    )

  /** Marks the tokens that died meanwhile. What an admin revoked is not minted again: that would undo the revocation. */
  async function noticeRevoked(tokenIds: readonly string[]): Promise<number> {
    const dead = tokenIds.length === 0 ? [] : await port.dead(tokenIds)
    store.markRevoked(dead)
    return dead.length
  }

  async function mint(ids: readonly string[]): Promise<number> {
    const known = store.of(ids)
    store.intend(ids.filter((id) => !known.has(id)).map((userId) => ({ userId, seed: random(SEED_BYTES) })))
    // Read back: where another manager was faster, its seed stands and ours was ignored.
    const open = [...store.of(ids).values()].flatMap(({ userId, state, seed }) =>
      state === 'intended' && seed !== null ? [{ userId, value: tokenOf(seed) }] : [],
    )
    if (open.length > 0) store.markMinted(await port.adopt(open))
    return open.length
  }

  return {
    /**
     * Brings every user to a minted token, from wherever an earlier pass stopped. Cheap when there is nothing to do.
     * @throws what the port throws; what was done until then stays
     */
    async pass(carryOn: () => void): Promise<ProvisioningPass> {
      const done = { users: 0, minted: 0, revoked: 0 }
      for await (const page of userIds()) {
        carryOn()
        const { open, tokenIds } = store.glance(page)
        done.users += page.length
        done.revoked += await noticeRevoked(tokenIds)
        if (open > 0) done.minted += await mint(page)
      }
      return done
    },

    /** The users of a payload, page by page: the value where XTM One does not have it yet, an empty key elsewhere. */
    async *entries(beat: string): AsyncGenerator<readonly UserEntry[]> {
      const nothingToSend = store.counts().minted === 0
      for await (const page of users()) {
        const known = nothingToSend ? NOBODY : store.of(page.map((user) => user.id))
        const open = page.filter((user) => known.get(user.id)?.state === 'minted')
        store.markSent(
          open.map((user) => user.id),
          beat,
        )
        yield page.map((user) => {
          const entry = known.get(user.id)
          const key = entry?.state === 'minted' && entry.seed ? tokenOf(entry.seed).expose() : ''
          return { email: user.email, display_name: user.displayName, api_key: key }
        })
      }
    },

    /** The administrator's key when XTM One does not have this one yet, else null. */
    async adminKey(beat: string): Promise<Secret | null> {
      const key = await port.adminApiKey()
      if (key === null) return null
      const digest = digestOf(key)
      if (store.adminKeyDelivered(digest)) return null
      store.markAdminKeySent(digest, beat)
      return key
    },

    async isAdminKeyDelivered(): Promise<boolean> {
      const key = await port.adminApiKey()
      return key === null || store.adminKeyDelivered(digestOf(key))
    },
  }
}

export type Provisioner = ReturnType<typeof createProvisioner>
