import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import type { Token, UserAccess } from '#shared/contract/tokens.ts'
import { expiryOf, lastFour, maskToken, type TokenDuration } from '#shared/domain/token.ts'
import { LICENCE_TEXT } from './about-world.ts'
import { activityRouter } from './activity-router.ts'
import { bundleFile } from './bundle-world.ts'
import { composerRouter } from './composer-router.ts'
import { connectorsRouter } from './connectors-router.ts'
import { incidentsRouter } from './incidents-router.ts'
import { inventoryRouter } from './inventory-router.ts'
import { ME, type Person } from './people.ts'
import { heartbeatRouter, registrationRouter } from './registration-router.ts'
import { reviewRouter } from './review-router.ts'
import { triageRouter } from './triage-router.ts'
import { upkeepRouter } from './upkeep-router.ts'
import { type Procedure, type Refuse, stream, type World } from './world.ts'

/** Obviously not a real token; the same for every one made. */
export const FAKE_VALUE = `flgrn_octi_tkn_${'FAKEfake0000'.repeat(5)}FAKE`

/** The contract on a world in memory: believable answers, and every failure at a switch. */
export function routerOf(world: World) {
  const os = implement(contract)

  async function enter(procedure: Procedure, errors: Refuse): Promise<void> {
    world.calls.push(procedure)
    if (world.hanging.has(procedure)) await new Promise(() => {})
    const failure = world.failing.get(procedure)
    if (failure) throw errors.PROBLEM({ data: failure })
  }

  const find = (ref: string, errors: Refuse): Person => {
    const id = ref === 'me' ? ME : ref
    const person = world.people.find(({ user }) => user.id === id)
    if (!person) throw errors.PROBLEM({ data: { code: 'user-not-found', detail: null } })
    return person
  }

  const access = ({ user, tokens, revoked, sessions }: Person): UserAccess => ({
    user: { ...user, tokenCount: world.hasTokens ? tokens.length : null, isMe: user.id === ME },
    tokens: world.hasTokens ? [...tokens] : [],
    revoked: world.hasTokens && world.keepsRevoked ? [...revoked] : null,
    sessions: world.showsSessions ? [...sessions] : null,
    readAt: world.clock.now(),
    clockSkewMs: world.skewMs,
  })

  function make(person: Person, name: string, duration: TokenDuration): Token {
    const now = world.clock.now() + world.skewMs
    const token = {
      id: `made-${person.tokens.length}`,
      name,
      maskedToken: maskToken(FAKE_VALUE),
      createdAt: now,
      expiresAt: expiryOf(duration, now),
      lastUsedAt: null,
    }
    person.tokens.push(token)
    return token
  }

  return os.router({
    system: {
      info: os.system.info.handler(async ({ errors }) => {
        await enter('system.info', errors)
        return world.info
      }),
      watch: os.system.watch.handler(({ signal }) => stream(world.status, signal)),
      recheckKeychain: os.system.recheckKeychain.handler(async ({ errors }) => {
        await enter('system.recheckKeychain', errors)
        return world.status.get().keychain
      }),
      authFailures: os.system.authFailures.handler(async ({ errors }) => {
        await enter('system.authFailures', errors)
        return world.authFailures
      }),
      dismissMishaps: os.system.dismissMishaps.handler(() =>
        world.status.set((status) => ({ ...status, mishaps: [] })),
      ),
      restartLocalPlatform: os.system.restartLocalPlatform.handler(({ errors }) =>
        enter('system.restartLocalPlatform', errors),
      ),
    },
    settings: {
      watch: os.settings.watch.handler(async ({ signal, errors }) => {
        await enter('settings.watch', errors)
        return stream(world.settings, signal)
      }),
      change: os.settings.change.handler(async ({ input, errors }) => {
        await enter('settings.change', errors)
        world.settings.set((before) => ({ ...before, ...input }))
        return world.settings.get()
      }),
    },
    connections: {
      watch: os.connections.watch.handler(({ signal }) => stream(world.connections, signal)),
      probe: os.connections.probe.handler(async ({ errors }) => {
        await enter('connections.probe', errors)
        const answer = world.probe
        await world.travelling.get('connections.probe')
        return answer
      }),
      add: os.connections.add.handler(async ({ input, errors }) => {
        await enter('connections.add', errors)
        const template = world.connections.get().at(-1)
        if (!template) throw new Error('The world has no connection to take after')
        const added = {
          ...template,
          id: 'added',
          kind: input.kind,
          name: input.name,
          url: input.url,
          embedded: false,
        }
        world.connections.set((list) => [...list, added])
        return added
      }),
      rename: os.connections.rename.handler(async ({ input, errors }) => {
        await enter('connections.rename', errors)
        return one(world, input.id, { name: input.name })
      }),
      setToken: os.connections.setToken.handler(async ({ input, errors }) => {
        await enter('connections.setToken', errors)
        return one(world, input.id, { tokenPlace: input.remember ? 'keychain' : 'session' })
      }),
      test: os.connections.test.handler(async ({ input, errors }) => {
        await enter('connections.test', errors)
        return one(world, input.id, {})
      }),
      remove: os.connections.remove.handler(async ({ input, errors }) => {
        await enter('connections.remove', errors)
        world.connections.set((list) => list.filter(({ id }) => id !== input.id))
      }),
    },
    tokens: {
      users: os.tokens.users.handler(async ({ input, errors }) => {
        await enter('tokens.users', errors)
        const wanted = input.search.trim().toLowerCase()
        const found = world.people.filter(({ user }) =>
          `${user.name} ${user.email}`.toLowerCase().includes(wanted),
        )
        const from = input.after === null ? 0 : Number(input.after)
        const to = from + input.first
        return {
          users: found.slice(from, to).map(({ user, tokens }) => ({
            ...user,
            tokenCount: world.hasTokens ? tokens.length : null,
          })),
          nextCursor: to < found.length ? String(to) : null,
          total: found.length,
          readAt: world.clock.now(),
        }
      }),
      ofUser: os.tokens.ofUser.handler(async ({ input, errors }) => {
        await enter('tokens.ofUser', errors)
        const answer = access(find(input.userId, errors))
        await world.travelling.get('tokens.ofUser')
        return answer
      }),
      generate: os.tokens.generate.handler(async ({ input, errors }) => {
        await enter('tokens.generate', errors)
        const person = find(input.userId, errors)
        const userId = person.user.id
        const known = person.tokens.map(({ id }) => id)
        if (world.generateTrouble === 'not-listed')
          throw errors.ANSWER_LOST({ data: { userId, orphans: [], checked: true, known } })
        if (world.generateTrouble === 'unchecked')
          throw errors.ANSWER_LOST({ data: { userId, orphans: [], checked: false, known } })
        if (world.generateTrouble === 'expiry-differs')
          throw errors.EXPIRY_DIFFERS({ data: { userId, token: make(person, input.name, 'UNLIMITED') } })
        const token = make(person, input.name, input.duration)
        if (world.generateTrouble === 'answer-lost')
          throw errors.ANSWER_LOST({ data: { userId, orphans: [token], checked: true, known } })
        world.firstUses.set((before) => [
          ...before,
          {
            connectionId: input.connectionId,
            userId,
            tokenId: token.id,
            owner: person.user.name,
            name: token.name,
            lastFour: lastFour(token.maskedToken),
            since: world.clock.now(),
            checkedAt: null,
            usedAt: null,
          },
        ])
        const revealId = `reveal-${token.id}`
        world.values.set(revealId, FAKE_VALUE)
        return { userId, token, revealId, revealUntil: world.clock.now() + 600_000 }
      }),
      reveal: os.tokens.reveal.handler(async ({ input, errors }) => {
        await enter('tokens.reveal', errors)
        const value = world.values.get(input.revealId)
        if (value === undefined) throw errors.PROBLEM({ data: { code: 'reveal-gone', detail: null } })
        return { value }
      }),
      copy: os.tokens.copy.handler(async ({ errors }) => {
        await enter('tokens.copy', errors)
        const seconds = world.settings.get().clipboardClearSeconds
        const clearsAt = seconds === 0 ? null : world.clock.now() + seconds * 1_000
        world.status.set((status) => ({ ...status, clipboard: { state: 'holding', clearsAt } }))
        return { clearsAt }
      }),
      seal: os.tokens.seal.handler(async ({ input, errors }) => {
        await enter('tokens.seal', errors)
        if (!input.recipient.startsWith('age1'))
          throw errors.PROBLEM({ data: { code: 'bad-recipient', detail: null } })
        return { fileName: 'opencti-token-FAKE.age', text: '-----BEGIN AGE ENCRYPTED FILE-----' }
      }),
      firstUses: os.tokens.firstUses.handler(({ signal }) => stream(world.firstUses, signal)),
      forget: os.tokens.forget.handler(async ({ input, errors }) => {
        await enter('tokens.forget', errors)
        world.values.delete(input.revealId)
      }),
      revoke: os.tokens.revoke.handler(async ({ input, errors }) => {
        await enter('tokens.revoke', errors)
        const person = find(input.userId, errors)
        const token = person.tokens.find(({ id }) => id === input.tokenId)
        if (!token) throw errors.PROBLEM({ data: { code: 'token-not-found', detail: null } })
        person.tokens = person.tokens.filter((other) => other !== token)
        person.revoked.push({
          ...token,
          revokedAt: world.clock.now() + world.skewMs,
          revokedBy: 'Bob Keller',
          reason: input.reason === '' ? null : input.reason,
        })
        return access(person)
      }),
      killSession: os.tokens.killSession.handler(async ({ input, errors }) => {
        await enter('tokens.killSession', errors)
        const person = find(input.userId, errors)
        person.sessions = person.sessions.filter(({ id }) => id !== input.sessionId)
        return access(person)
      }),
      killSessions: os.tokens.killSessions.handler(async ({ input, errors }) => {
        await enter('tokens.killSessions', errors)
        const person = find(input.userId, errors)
        person.sessions = []
        return access(person)
      }),
    },
    inventory: inventoryRouter(world, enter),
    upkeep: upkeepRouter(world, enter),
    incidents: incidentsRouter(world, enter),
    triage: triageRouter(world, enter),
    review: reviewRouter(world, enter),
    composer: composerRouter(world, enter),
    connectors: connectorsRouter(world, enter),
    registration: registrationRouter(world, enter),
    heartbeat: heartbeatRouter(world, enter),
    about: {
      packages: os.about.packages.handler(async ({ errors }) => {
        await enter('about.packages', errors)
        return world.packages
      }),
      licence: os.about.licence.handler(async ({ errors }) => {
        await enter('about.licence', errors)
        return LICENCE_TEXT
      }),
    },
    updates: {
      watch: os.updates.watch.handler(({ signal }) => stream(world.updates, signal)),
      check: os.updates.check.handler(({ errors }) => enter('updates.check', errors)),
      download: os.updates.download.handler(({ errors }) => enter('updates.download', errors)),
    },
    diagnostics: {
      make: os.diagnostics.make.handler(async ({ errors }) => {
        await enter('diagnostics.make', errors)
        return bundleFile(world.bundle, world.clock.now())
      }),
    },
    activity: activityRouter(world, enter),
  })
}

function one(world: World, id: string, change: object) {
  world.connections.set((list) => list.map((other) => (other.id === id ? { ...other, ...change } : other)))
  const found = world.connections.get().find((other) => other.id === id)
  if (!found) throw new Error(`No connection ${id}`)
  return found
}
