import { systemClock } from '#base/clock.ts'
import { parentChannel } from '#base/parent-channel.ts'
import { runAsChild } from './child.ts'
import { run } from './run.ts'

/**
 * Entry of the composer's own process: `main.js [--config FILE] [--check]`, or `main.js --child` for the console, which says
 * everything else over the private channel. (A channel alone proves no console: process managers open one too.)
 */
const channel = process.argv.includes('--child') ? parentChannel() : null
const out = { write: (text: string) => void process.stdout.write(text) }
// The injected timers let a process end; this one holds it until it is asked to.
const held = setInterval(() => {}, 2 ** 30)

if (channel) {
  const { env, exit } = process
  const child = runAsChild({ channel, out, clock: systemClock, random: Math.random, env, exit })
  // `on`, not `once`: the message and the signal come together, and neither may cut the end short.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, child.end)
} else {
  const ended = new Promise<string>((resolve) => {
    let asked = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        // Who asks twice does not want to wait for what is under way.
        if (asked) process.exit(1)
        asked = true
        resolve(signal)
      })
    }
  })
  const code = await run({
    argv: process.argv.slice(2),
    env: process.env,
    folder: process.cwd(),
    out,
    ended,
  })
  clearInterval(held)
  // A step that outlasted the grace still waits for its answer; the process does not, once its last words are out.
  process.stdout.write('', () => process.exit(code))
}
