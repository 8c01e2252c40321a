import { type Context, ORPCError, onError } from '@orpc/server'
import type { StandardHandlerOptions } from '@orpc/server/standard'
import type { Logger } from '#base/logger.ts'

/**
 * How both hosts serve the contract: what the contract does not name is logged here in full, and reaches the page as a
 * bare INTERNAL_SERVER_ERROR. A call that the page itself gave up is no failure.
 */
export function contractOptions(logger: Logger): StandardHandlerOptions<Context> {
  return {
    interceptors: [
      onError((error, { request }) => {
        const known = error instanceof ORPCError && error.code !== 'INTERNAL_SERVER_ERROR'
        if (!known && !request.signal?.aborted)
          logger.error({ err: error, procedure: request.url.pathname }, 'A procedure failed')
      }),
    ],
  }
}
