import type { Token } from '#shared/contract/tokens.ts'

/**
 * The request to make a token left, and no answer came: it may exist, and nobody has its value. `orphans`: tokens of that
 * name which the owner did not have before. `checked` false: they could not be looked for. `known`: ids of the tokens that
 * were there before.
 */
export class AnswerLostError extends Error {
  readonly userId: string
  readonly orphans: Token[]
  readonly checked: boolean
  readonly known: string[]

  constructor(userId: string, orphans: Token[], checked: boolean, known: string[]) {
    super('The answer to a token generation was lost')
    this.name = 'AnswerLostError'
    this.userId = userId
    this.orphans = orphans
    this.checked = checked
    this.known = known
  }
}

/** The platform made a token that does not end when asked; its value was thrown away. */
export class ExpiryDiffersError extends Error {
  readonly userId: string
  readonly token: Token

  constructor(userId: string, token: Token) {
    super('The platform made a token with another expiry than asked')
    this.name = 'ExpiryDiffersError'
    this.userId = userId
    this.token = token
  }
}
