import { createRouterClient } from '@orpc/server'
import { type ConsoleClient, type Host, LinkClosedError } from '../../renderer/client.ts'
import { routerOf } from './router.ts'
import type { World } from './world.ts'

/** The core as the page sees it, with a world in memory behind it. */
export function hostOf(world: World): Host {
  const client: ConsoleClient = createRouterClient(routerOf(world), {
    interceptors: [
      async ({ next }) => {
        if (world.link.get() === 'closed') throw new LinkClosedError()
        return next()
      },
    ],
  })
  return {
    client,
    state: world.link.get,
    subscribe: (heard) => world.link.follow(heard),
    follow(open, heard, failed = () => {}) {
      const stop = new AbortController()
      void (async () => {
        try {
          for await (const value of await open(client, { signal: stop.signal })) {
            if (stop.signal.aborted) return
            heard(value)
          }
        } catch (error) {
          if (!stop.signal.aborted) failed(error)
        }
      })()
      return () => stop.abort()
    },
    retry: () => world.link.set('open'),
    dispose: () => world.link.set('closed'),
  }
}
