import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { resolve } from 'node:path'

/** The same question without a console: keep-alive, page after page, the answer parsed and nothing else. */
const PAGE = 500
const QUERY = readFileSync(
  resolve(import.meta.dirname, '../../electron/core/clients/opencti/operations/inventory.graphql'),
  'utf8',
)

process.on('message', async ({ url, token }: { url: string; token: string }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const start = performance.now()
  let after: string | null = null
  let tokens = 0
  do {
    const body: string = await ask(agent, url, token, { first: PAGE, after, order: 'asc' })
    const { users } = JSON.parse(body).data
    for (const { node } of users.edges) tokens += node.api_tokens.length
    after = users.pageInfo.hasNextPage ? users.pageInfo.endCursor : null
  } while (after !== null)
  agent.destroy()
  process.send?.({ total: performance.now() - start, tokens })
})

function ask(agent: Agent, url: string, token: string, variables: object): Promise<string> {
  return new Promise((answer, failed) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${token}`,
    }
    const asking = request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece) => pieces.push(piece))
      response.on('end', () => answer(Buffer.concat(pieces).toString('utf8')))
    })
    asking.on('error', failed)
    asking.end(JSON.stringify({ query: QUERY, variables }))
  })
}
