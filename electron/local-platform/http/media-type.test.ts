import { describe, expect, it } from 'vitest'
import { answerMediaType } from './media-type.ts'

const JSON_TYPE = 'application/json'
const RESPONSE_JSON = 'application/graphql-response+json'

describe('the media type of an answer', () => {
  it.each([
    [undefined, JSON_TYPE],
    ['', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['text/html', JSON_TYPE],
    [RESPONSE_JSON, RESPONSE_JSON],
    ['Application/GraphQL-Response+JSON; charset=utf-8', RESPONSE_JSON],
    [`application/json, ${RESPONSE_JSON};q=0.5`, RESPONSE_JSON],
    [`application/json, ${RESPONSE_JSON};q=0`, JSON_TYPE],
    [`x${RESPONSE_JSON}`, JSON_TYPE],
  ])('for Accept %s is %s', (accept, expected) => {
    expect(answerMediaType(accept)).toBe(expected)
  })
})
