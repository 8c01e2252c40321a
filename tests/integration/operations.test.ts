import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  BreakingChangeType,
  buildASTSchema,
  buildSchema,
  findBreakingChanges,
  type GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { OPERATIONS } from '../../electron/composer/platforms/opencti-operations.ts'
import { PEERS } from '../../electron/local-platform/peers/peer.ts'
import { peerSchema } from '../../electron/local-platform/peers/peer-schema.ts'

/** What is asked of a real platform is asked in its own words: each document against a schema transcribed from OpenCTI's. */
const FOLDER = 'electron/core/clients/opencti/operations'
const LOCAL = readFileSync('electron/local-platform/graphql/schema.graphql', 'utf8')
const OPENCTI_7 = buildSchema(readFileSync('tests/support/opencti-7.graphql', 'utf8'))
const OPENCTI_6_9 = buildSchema(readFileSync('tests/support/opencti-6.9.graphql', 'utf8'))

/** Asked of this platform alone, or to find out whether it is one; OpenCTI refuses them. */
const EXTENSIONS = new Set([
  'auth-failures',
  'my-revoked',
  'registration-attempts',
  'registration-record',
  'registration-register-now',
  'revoked-inventory',
  'token-admin-revoke-reason',
  'token-revoke-reason',
  'trial-revoke-reason',
  'trial-revoked-tokens',
  'user-revoked',
])

/** Asked of platforms before 7.260224 too. */
const FOR_OLD_PLATFORMS = new Set([
  'connectors-old',
  'identity',
  'my-account-old',
  'public-settings',
  'session-kill',
  'user-account-old',
  'user-sessions-kill',
  'users-old',
])

const documents = readdirSync(FOLDER).map((file) => ({
  name: file.replace(/\.graphql$/, ''),
  text: readFileSync(join(FOLDER, file), 'utf8'),
}))

/** What the local platform serves when it stands for another one. */
const spoken = (peer: keyof typeof PEERS): GraphQLSchema => buildASTSchema(peerSchema(LOCAL, PEERS[peer]))

const problems = (schema: GraphQLSchema, text: string): string[] =>
  validate(schema, parse(text)).map(({ message }: GraphQLError) => message)

describe('every operation of the console', () => {
  it.each(documents)('$name', ({ name, text }) => {
    const onOpenCti = problems(OPENCTI_7, text)
    if (EXTENSIONS.has(name)) {
      expect(onOpenCti).not.toEqual([])
      expect(problems(spoken('gatehouse'), text)).toEqual([])
    } else {
      expect(onOpenCti).toEqual([])
      expect(problems(spoken('opencti-7'), text)).toEqual([])
    }
    if (FOR_OLD_PLATFORMS.has(name)) {
      expect(problems(OPENCTI_6_9, text)).toEqual([])
      expect(problems(spoken('opencti-6.9'), text)).toEqual([])
    }
  })

  it('no list names a document that is gone, and none asks for a plaintext token', () => {
    const names = new Set(documents.map(({ name }) => name))
    expect([...EXTENSIONS, ...FOR_OLD_PLATFORMS].filter((name) => !names.has(name))).toEqual([])
    for (const { text } of documents) expect(text).not.toMatch(/\bapi_token\b/)
  })
})

describe('every operation of the composer', () => {
  it.each(Object.entries(OPERATIONS))('%s', (_, text) => expect(problems(OPENCTI_7, text)).toEqual([]))
})

describe('a platform that stands for OpenCTI speaks nothing that OpenCTI does not', () => {
  const differences = (mine: GraphQLSchema, theirs: GraphQLSchema): string[] =>
    findBreakingChanges(mine, theirs)
      .filter(({ type }) => type !== BreakingChangeType.DIRECTIVE_REMOVED)
      .map(({ description }) => description)

  it('opencti-7', () => expect(differences(spoken('opencti-7'), OPENCTI_7)).toEqual([]))

  it('itself speaks more', () => expect(differences(spoken('gatehouse'), OPENCTI_7)).not.toEqual([]))

  it('opencti-6.9 has the tokens of its time', () => {
    const old = spoken('opencti-6.9')
    const ask = (text: string) => problems(old, text)
    expect(ask('{ me { api_token } users { edges { node { api_token } } } }')).toEqual([])
    expect(ask('mutation { meTokenRenew { id } }')).toEqual([])
    expect(ask('mutation { userEdit(id: "1") { tokenRenew { id } } }')).toEqual([])
    for (const later of [
      '{ me { api_tokens { id } } }',
      'mutation { userTokenAdd(input: { name: "x", duration: UNLIMITED }) { token_id } }',
      'mutation { userAdminTokenRevoke(userId: "1", id: "2") }',
    ])
      expect(ask(later)).not.toEqual([])
  })
})
