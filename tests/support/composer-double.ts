import { composerBy } from './managed-connectors.ts'

/** A composer's words to a platform, without containers: thirty connectors that run, report their health and write a log. */
export interface ComposerDouble {
  /** Revokes `count` tokens of the seed and generates as many. @returns how many tokens the platform has then */
  change(count: number): Promise<number>
  stop(): Promise<void>
}

/**
 * @param reportMs between two reports of each connector's log; health and the manager's ping come at every third
 */
export async function startComposerDouble(
  { url, token }: { readonly url: string; readonly token: string },
  connectors: number,
  reportMs: number,
): Promise<ComposerDouble> {
  const ask = async (query: string, variables: Record<string, unknown> = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    const { data, errors } = (await response.json()) as {
      data: Record<string, unknown>
      errors?: { message: string }[]
    }
    if (errors) throw new Error(errors.map(({ message }) => message).join(', '))
    return data
  }
  const composer = composerBy(ask)
  await composer.register()
  const ids: string[] = []
  for (let at = 0; at < connectors; at++) {
    const id = await composer.add(`Soaked ${String(at).padStart(2, '0')}`)
    await ask(
      'mutation ($id: ID!) { updateConnectorRequestedStatus(input: { id: $id, status: starting }) { id } }',
      { id },
    )
    await composer.report(id, 'started')
    ids.push(id)
  }
  const startedAt = Date.now()
  let ticks = 0
  const report = async (): Promise<void> => {
    if (ticks % 3 === 0) {
      await composer.ping()
      for (const id of ids) await composer.health(id, 0, startedAt, false)
    }
    ticks++
    for (const id of ids) await composer.logs(id, logAt(ticks))
  }
  await report()
  let reporting = Promise.resolve()
  const timer = setInterval(() => {
    reporting = reporting.then(report)
  }, reportMs)
  return {
    async change(count) {
      const held = await tokensOf(ask)
      for (const { user, id } of held.slice(0, count))
        await ask('mutation ($user: ID!, $id: ID!) { userAdminTokenRevoke(userId: $user, id: $id) }', {
          user,
          id,
        })
      for (const { user } of held.slice(0, count))
        await ask(
          'mutation ($user: ID!) { userAdminTokenAdd(userId: $user, input: { name: "fresh", duration: DAYS_30 }) { token_id } }',
          { user },
        )
      return held.length
    },
    async stop() {
      clearInterval(timer)
      await reporting
    },
  }
}

/** The last lines of a log that goes on. */
const logAt = (tick: number): string[] =>
  Array.from({ length: 20 }, (_, line) => `INFO run ${tick * 4 + line}: fetched 12 objects, sent 12 bundles`)

async function tokensOf(ask: (query: string) => Promise<Record<string, unknown>>) {
  const { users } = (await ask('{ users(first: 5000) { edges { node { id api_tokens { id } } } } }')) as {
    users: { edges: { node: { id: string; api_tokens: { id: string }[] } }[] }
  }
  return users.edges.flatMap(({ node }) => node.api_tokens.map(({ id }) => ({ user: node.id, id })))
}
