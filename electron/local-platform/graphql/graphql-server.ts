import type { GraphQLError } from 'graphql'
import { createSchema, createYoga, type Plugin } from 'graphql-yoga'
import type { Peer } from '../peers/peer.ts'
import { peerResolvers, peerSchema, type Resolvers } from '../peers/peer-schema.ts'
import { toWireError } from './errors.ts'
import { aliasLimits, depthLimit, MOST_LEXICAL_TOKENS, noIntrospection } from './limits.ts'
import schemaText from './schema.graphql?raw'
import { type RequestContext, rechecked } from './viewer.ts'

interface GraphqlAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

export interface GraphqlServer {
  /** @param mediaType the one of GraphQL's two media types that the client asked for */
  answer(body: string, mediaType: string, context: RequestContext): Promise<GraphqlAnswer>
}

/**
 * GraphQL over OpenCTI's schema, with OpenCTI's limits and error shape.
 * @param resolvers by type and field; checked against the schema when the server is made
 * @param unexpected hears errors that the client is not told
 */
export function graphqlServer(
  resolvers: readonly Resolvers[],
  peer: Peer,
  unexpected: (error: unknown) => void,
): GraphqlServer {
  const schema = peerSchema(schemaText, peer)
  const yoga = createYoga<RequestContext>({
    schema: createSchema<RequestContext>({
      typeDefs: schema,
      resolvers: resolvers.map((each) => recheckingMutations(peerResolvers(schema, each))) as never,
      resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
    }),
    // Errors are shaped in one place below, and logged through our own logger.
    maskedErrors: false,
    logging: false,
    // SECURITY: no page of any origin may read answers, no playground, no uploads, no batches.
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    parserAndValidationCache: { documentCache: documentCache(), errorCache: documentCache() },
    plugins: [protections(), wireShape(unexpected)],
  })

  return {
    async answer(body, mediaType, context) {
      const response = await yoga.fetch(
        'http://platform/graphql',
        { method: 'POST', body, headers: { 'content-type': 'application/json', accept: mediaType } },
        context,
      )
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? mediaType,
        body: await response.text(),
      }
    },
  }
}

type Resolve = (source: unknown, args: unknown, context: RequestContext, info: unknown) => unknown

/**
 * SECURITY: a document's mutations run one after the other, and one may revoke the token that carries it or end its session;
 * the next is refused.
 */
function recheckingMutations({ Mutation, ...others }: Resolvers): Resolvers {
  if (!Mutation) return others
  const checked = Object.entries(Mutation as Record<string, Resolve>).map(
    ([name, resolve]): [string, Resolve] => [
      name,
      (source, args, context, info) => resolve(source, args, rechecked(context), info),
    ],
  )
  return { ...others, Mutation: Object.fromEntries(checked) }
}

/** Longer documents are not remembered, and no more than this many: a client cannot fill the memory with them. */
const LONGEST_CACHED = 4096
const MOST_CACHED = 200

function documentCache<Value>() {
  const documents = new Map<string, Value>()
  return {
    get: (text: string): Value | undefined => documents.get(text),
    set(text: string, value: Value): void {
      // SECURITY: a mutation may carry a password in its text; it is not kept (PRD NFR-003).
      if (text.length > LONGEST_CACHED || text.includes('mutation')) return
      const oldest = documents.keys().next()
      if (documents.size >= MOST_CACHED && !oldest.done) documents.delete(oldest.value)
      documents.set(text, value)
    },
  }
}

function protections(): Plugin<object, RequestContext> {
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => parseFn(source, { ...options, maxTokens: MOST_LEXICAL_TOKENS }))
    },
    onValidate({ addValidationRule }) {
      addValidationRule(noIntrospection)
      addValidationRule(aliasLimits)
      addValidationRule(depthLimit)
      return ({ result }) => {
        for (const error of result as readonly GraphQLError[])
          error.extensions.code ??= 'GRAPHQL_VALIDATION_FAILED'
      }
    },
  }
}

/** OpenCTI answers 200 whatever the errors say; a client reads `extensions.code`. */
function wireShape(unexpected: (error: unknown) => void): Plugin<object, RequestContext> {
  return {
    onResultProcess({ result, setResultProcessor }) {
      const { data, errors } = result as { data?: unknown; errors?: readonly unknown[] }
      setResultProcessor((_, { Response }, mediaType) => {
        const shaped = errors?.length
          ? {
              errors: errors.map((error) => toWireError(error, unexpected)),
              ...(data === undefined ? {} : { data }),
            }
          : { data }
        return new Response(JSON.stringify(shaped), {
          status: 200,
          headers: { 'content-type': `${mediaType}; charset=utf-8` },
        })
      }, 'application/json')
    },
  }
}
