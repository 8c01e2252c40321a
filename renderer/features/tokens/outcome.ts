import { isDefinedError } from '@orpc/client'
import type { Problem } from '#shared/contract/problem.ts'
import type { Generated, Token } from '#shared/contract/tokens.ts'
import type { TokenDuration } from '#shared/domain/token.ts'
import type { ConsoleClient } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

/** How an attempt to generate ended. */
export type GenerateOutcome =
  | { kind: 'made'; generated: Generated }
  | { kind: 'problem'; problem: Problem }
  /**
   * A token of `name` may exist whose value nobody has; `checked`: the list was read again afterwards. `known`: ids of the
   * tokens from before; null where that was never heard.
   */
  | {
      kind: 'answer-lost'
      userId: string
      name: string
      orphans: readonly Token[]
      checked: boolean
      known: readonly string[] | null
    }
  | { kind: 'expiry-differs'; userId: string; token: Token }

export interface GenerateInput {
  connectionId: string
  userId: string
  name: string
  duration: TokenDuration
}

export async function generateOutcome(client: ConsoleClient, input: GenerateInput): Promise<GenerateOutcome> {
  try {
    return { kind: 'made', generated: await client.tokens.generate(input) }
  } catch (error) {
    // Our own way to the core broke under the request: the same uncertainty, one hop earlier.
    if (error instanceof Error && error.name === 'LinkClosedError')
      return {
        kind: 'answer-lost',
        userId: input.userId,
        name: input.name,
        orphans: [],
        checked: false,
        known: null,
      }
    return failureOf(error, input.name)
  }
}

type GenerateError = Parameters<
  NonNullable<Parameters<ReturnType<ConsoleClient['tokens']['generate']>['catch']>[0]>
>[0]

function failureOf(error: GenerateError, name: string): GenerateOutcome {
  if (isLost(error)) return { kind: 'answer-lost', name, ...error.data }
  if (isDifferent(error)) return { kind: 'expiry-differs', ...error.data }
  return { kind: 'problem', problem: problemOf(error) }
}

interface Lost {
  code: 'ANSWER_LOST'
  data: { userId: string; orphans: Token[]; checked: boolean; known: string[] }
}

interface Different {
  code: 'EXPIRY_DIFFERS'
  data: { userId: string; token: Token }
}

function isLost(error: unknown): error is Lost {
  return isDefinedError(error) && (error as { code: unknown }).code === 'ANSWER_LOST'
}

function isDifferent(error: unknown): error is Different {
  return isDefinedError(error) && (error as { code: unknown }).code === 'EXPIRY_DIFFERS'
}
