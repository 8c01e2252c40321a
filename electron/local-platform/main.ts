import { createLogger } from '#base/logger.ts'
import { parentChannel } from '#base/parent-channel.ts'
import { runAsChild } from './child.ts'
import { endOnUncaught } from './last-resort.ts'
import { runStandalone } from './standalone.ts'

/** The platform's process: a child of the console when there is a channel to it, else a service of its own. */
const logger = createLogger('local-platform', { write: (line) => void process.stderr.write(line) })
endOnUncaught(logger, (code) => process.exit(code))
const channel = parentChannel()

if (channel) {
  runAsChild(channel, logger, (code) => process.exit(code))
} else {
  process.exitCode = await runStandalone(process.argv.slice(2), logger, (line) => {
    process.stdout.write(`${line}\n`)
  })
}
