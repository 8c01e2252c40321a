import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { aliasLimits, depthLimit, noIntrospection } from './limits.ts'

const schema = buildSchema(`
  type Query { me: Node other: Node }
  type Mutation { kill(id: ID): ID revoke(id: ID): ID }
  type Node { id: ID node: Node }
`)
const problems = (query: string): string[] =>
  validate(schema, parse(query), [aliasLimits, depthLimit, noIntrospection]).map(({ message }) => message)

const nested = (levels: number): string => `${'{ node '.repeat(levels)} { id } ${'}'.repeat(levels)}`

describe('a document', () => {
  it('may name a root query twice and a root mutation once', () => {
    expect(problems('{ a: me { id } b: me { id } c: other { id } }')).toEqual([])
    expect(problems('{ a: me { id } b: me { id } c: me { id } d: me { id } }')).toEqual([
      "Allowed number of calls for 'Query->me' has been exceeded (max: 2)",
    ])
    expect(problems('mutation { kill revoke }')).toEqual([])
    expect(problems('mutation { a: kill b: kill }')).toEqual([
      "Allowed number of calls for 'Mutation->kill' has been exceeded (max: 1)",
    ])
    expect(problems('{ ...f a: me { id } b: me { id } } fragment f on Query { c: me { id } }')).toHaveLength(
      1,
    )
    expect(problems('{ a: me { id } ... on Query { b: me { id } ... { c: me { id } } } }')).toHaveLength(1)
  })

  it('may be twenty deep, fragments included, and a circle ends', () => {
    expect(problems(`{ me ${nested(18)} }`)).toEqual([])
    expect(problems(`{ me ${nested(19)} }`)).toEqual(['Query depth limit of 20 exceeded, found 21.'])
    const hidden = `{ me { ...f } } fragment f on Node ${nested(10)} `
    expect(problems(hidden)).toEqual([])
    expect(problems(`{ me { node { ...f } } } fragment f on Node ${nested(18)}`)).toHaveLength(1)
    expect(problems('{ me { ...f } } fragment f on Node { node { ...f } }')).toEqual([])
  })

  it('asks nothing about the schema', () => {
    expect(problems('{ __schema { types { name } } }')).toContain('GraphQL introspection is not allowed')
    expect(problems('{ __type(name: "User") { name } }')).toContain('GraphQL introspection is not allowed')
    expect(problems('{ __typename me { __typename } }')).toEqual([])
  })
})
