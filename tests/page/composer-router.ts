import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import { type Procedure, type Refuse, stream, type World } from './world.ts'

export function composerRouter(world: World, enter: (procedure: Procedure, errors: Refuse) => Promise<void>) {
  const os = implement(contract).composer
  return {
    watch: os.watch.handler(({ signal }) => stream(world.composer, signal)),
    save: os.save.handler(async ({ input, errors }) => {
      await enter('composer.save', errors)
      world.composer.set((before) => ({ ...before, settings: input.settings }))
      return world.composer.get()
    }),
    restart: os.restart.handler(({ errors }) => enter('composer.restart', errors)),
    confirmRemovals: os.confirmRemovals.handler(({ errors }) => enter('composer.confirmRemovals', errors)),
    lookForDocker: os.lookForDocker.handler(({ errors }) => enter('composer.lookForDocker', errors)),
  }
}
