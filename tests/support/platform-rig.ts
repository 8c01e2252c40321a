import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPlatform, type PlatformOptions } from '../../electron/local-platform/platform.ts'
import { DrivenClock } from './driven-clock.ts'
import { quietLogger } from './quiet-logger.ts'

/** Obviously no key: 32 times the same byte. */
const TEST_KEY = new Uint8Array(32).fill(7)

// biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the test is about
type Json = any

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly data: Json
  readonly errors: Json[] | undefined
}

export interface AskOptions {
  /** null = no Authorization header; default the platform's console token */
  readonly token?: string | null
  readonly headers?: Record<string, string>
  readonly variables?: Record<string, unknown>
}

/** A real local platform on loopback with a driven clock, and a client that speaks plain HTTP to it. */
export async function startTestPlatform(options: Partial<PlatformOptions> = {}) {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'gatehouse-platform-'))
  const clock = new DrivenClock()
  const { logger, lines } = quietLogger()
  const platform = await createPlatform({ clock, logger, key: TEST_KEY, ...options, dataFolder })

  const ask = async (query: string, { token, headers, variables }: AskOptions = {}): Promise<Answer> => {
    const bearer = token === undefined ? platform.consoleToken.expose() : token
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    })
    const { data, errors } = (await response.json()) as Json
    return { status: response.status, headers: response.headers, data, errors }
  }

  /** A token of the user (the admin without one), with its value. */
  const generate = async (
    userId?: string,
    duration = 'DAYS_30',
    name = 'test',
  ): Promise<{
    token_id: string
    plaintext_token: string
    expires_at: string | null
    masked_token: string
  }> => {
    const fields = '{ token_id plaintext_token expires_at masked_token }'
    const input = `input: { name: ${JSON.stringify(name)}, duration: ${duration} }`
    const { data } = await ask(
      userId
        ? `mutation { token: userAdminTokenAdd(userId: "${userId}", ${input}) ${fields} }`
        : `mutation { token: userTokenAdd(${input}) ${fields} }`,
    )
    return data.token
  }

  /** The demo user whose name has this text. */
  const userIdOf = async (name: string): Promise<string> => {
    const { data } = await ask(
      'query ($name: String) { users(search: $name, first: 1) { edges { node { id } } } }',
      {
        variables: { name },
      },
    )
    return data.users.edges[0].node.id
  }

  return { platform, url: platform.url, clock, lines, dataFolder, ask, generate, userIdOf }
}

export type TestPlatform = Awaited<ReturnType<typeof startTestPlatform>>

/** The code of the first error of an answer. */
export const codeOf = (answer: Answer): string | undefined => answer.errors?.[0]?.extensions?.code
