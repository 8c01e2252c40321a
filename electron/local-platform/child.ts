import { randomText, systemRandom } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { ParentChannel } from '#base/parent-channel.ts'
import { type FromPlatform, ToPlatform } from '#base/platform-channel.ts'
import { createPlatform, type Platform } from './platform.ts'
import { startFailure } from './start-failure.ts'
import { embeddedXtmOne } from './xtm-one/embedded-xtm-one.ts'

/**
 * The platform as a child of the console: waits for `start`, answers `ready` or `failed`, ends with `stop`, with a signal,
 * or when the parent is gone. Everything secret comes and goes over the channel alone.
 */
export function runAsChild(channel: ParentChannel, logger: Logger, exit: (code: number) => void): void {
  let platform: Platform | null = null
  let standIn: { close(): Promise<void> } | null = null
  let begun = false
  const post = (message: FromPlatform): void => channel.post(message)

  const end = (code: number): void => {
    // The platform first: it may be telling the stand-in something.
    const stopped = (platform?.stop() ?? Promise.resolve()).then(() => standIn?.close())
    stopped.then(
      () => exit(code),
      () => exit(1),
    )
  }

  const start = async (request: Extract<ToPlatform, { type: 'start' }>): Promise<void> => {
    try {
      const healthAccessKey = randomText(24)
      const xtmOne = await embeddedXtmOne(request.xtmOne ?? { mode: 'off' }, request.dataFolder, logger)
      standIn = xtmOne.standIn
      platform = await createPlatform({
        dataFolder: request.dataFolder,
        port: request.port,
        key: Buffer.from(request.encryptionKey, 'base64'),
        seed: request.seed,
        seedSize: request.seedSize,
        as: request.as,
        enterprise: request.enterprise,
        xtmOne: xtmOne.options,
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
