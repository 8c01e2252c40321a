const RESPONSE_JSON = 'application/graphql-response+json'
const JSON_TYPE = 'application/json'

export type GraphqlMediaType = typeof RESPONSE_JSON | typeof JSON_TYPE

/**
 * The media type of the answer. Only a client that names the newer one gets it; none and wildcards count as JSON, so
 * that clients of OpenCTI see what they know (P-05).
 */
export function answerMediaType(accept: string | undefined): GraphqlMediaType {
  const named = (accept ?? '').split(',').some((part) => {
    const [type, ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    return type === RESPONSE_JSON && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
  return named ? RESPONSE_JSON : JSON_TYPE
}

export { RESPONSE_JSON }
