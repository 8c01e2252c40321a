import './end-with-npm.ts'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt } from './build-parts.ts'

/** `npm run platform -- --port 4000 --data DIR`: the local platform alone, built first when its sources changed. */
await ensureBuilt('main')

const entry = join(import.meta.dirname, '..', 'out', 'main', 'local-platform.js')
const child = spawn(
  process.execPath,
  ['--disable-warning=ExperimentalWarning', entry, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
)
// The platform ends by itself on a signal; this process passes it on and waits for the end.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal ? 1 : 0)
})
