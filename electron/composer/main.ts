import { run } from './run.ts'

/** Entry of the composer's own process: `main.js [--config FILE] [--check]`. */

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
// The injected timers let a process end; this one holds it until it is asked to.
const held = setInterval(() => {}, 2 ** 30)

process.exitCode = await run({
  argv: process.argv.slice(2),
  env: process.env,
  folder: process.cwd(),
  out: { write: (text) => void process.stdout.write(text) },
  ended,
})
clearInterval(held)
