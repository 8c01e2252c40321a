import { randomText, systemRandom } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { ParentChannel } from '#base/parent-channel.ts'
import { type FromPlatform, ToPlatform } from '#base/platform-channel.ts'
import { createPlatform, type Platform } from './platform.ts'
import { startFailure } from './start-failure.ts'

/**
 * The platform as a child of the console: waits for `start`, answers `ready` or `failed`, ends with `stop`, with a signal,
 * or when the parent is gone. Everything secret comes and goes over the channel alone.
 */
export function runAsChild(channel: ParentChannel, logger: Logger, exit: (code: number) => void): void {
  let platform: Platform | null = null
  let begun = false
  const post = (message: FromPlatform): void => channel.post(message)

  const end = (code: number): void => {
    const stopped = platform?.stop() ?? Promise.resolve()
    stopped.then(
      () => exit(code),
      () => exit(1),
    )
  }

  const start = async (request: Extract<ToPlatform, { type: 'start' }>): Promise<void> => {
    try {
      const healthAccessKey = randomText(24)
      platform = await createPlatform({
        dataFolder: request.dataFolder,
        port: request.port,
        key: Buffer.from(request.encryptionKey, 'base64'),
        seed: request.seed,
        as: request.as,
        enterprise: request.enterprise,
        healthAccessKey,
        logger,
        random: systemRandom,
      })
      post({
        type: 'ready',
        url: platform.url,
        adminToken: platform.consoleToken.expose(),
        healthAccessKey,
      })
    } catch (error) {
      const failure = startFailure(error)
      logger.error({ event: 'start.failed', code: failure.code }, failure.message)
      post({ type: 'failed', ...failure })
      end(1)
    }
  }

  channel.listen((message) => {
    const parsed = ToPlatform.safeParse(message)
    if (!parsed.success) logger.warn({ event: 'channel.unknown' }, 'Unknown message from the parent')
    else if (parsed.data.type === 'stop') end(0)
    else if (!begun) {
      begun = true
      void start(parsed.data)
    }
  })
  channel.onOrphaned(() => end(0))
  // `on`, not `once`: a second signal must not cut the stop short.
  process.on('SIGTERM', () => end(0))
  process.on('SIGINT', () => end(0))
}
