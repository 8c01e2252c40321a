import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ensureBuilt } from '../../scripts/build-parts.ts'

const MOVABLE_CLOCK = join(import.meta.dirname, 'movable-clock.ts')
const TELLS_HEAP = join(import.meta.dirname, 'tells-heap.ts')

/** The console as `npm run serve` starts it, in a process of its own on a profile of its own. */
export interface BrowserHost {
  /** one-time address to open */
  readonly launchUrl: string
  readonly profile: string
  readonly process: ChildProcess
  /** everything it wrote to its streams so far */
  readonly output: () => string
  /** lets time pass in it at once; only where it was started with `movable` */
  readonly pass: (ms: number) => Promise<void>
  /** SIGTERM, and waits for the end. The profile stays until `remove`. */
  readonly stop: () => Promise<void>
  readonly remove: () => void
}

/**
 * Builds what is stale and starts the host.
 * @param profile an earlier profile to open again; a fresh one when left out
 * @param movable its clock can be moved on
 * @param watched it tells how its heap stands (`tells-heap.ts`)
 */
export async function startBrowserHost(
  profile = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-')),
  { movable = false, watched = false }: { readonly movable?: boolean; readonly watched?: boolean } = {},
): Promise<BrowserHost> {
  await ensureBuilt('all')
  const arms = [
    ...(movable || watched ? ['--disable-warning=ExperimentalWarning'] : []),
    ...(movable ? ['--import', MOVABLE_CLOCK] : []),
    ...(watched ? ['--expose-gc', '--import', TELLS_HEAP] : []),
  ]
  const child = spawn(process.execPath, [...arms, 'out/main/serve.js', '--port', '0', '--data', profile], {
    stdio: arms.length > 0 ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    // No session bus: the keychain is missing here, as on a server.
    env: {
      ...process.env,
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      LANG: 'en_US.UTF-8',
      LC_ALL: '',
      LANGUAGE: '',
    },
  })
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('The browser host has no streams')
  let output = ''
  stderr.on('data', (chunk) => {
    output += chunk
  })
  const lines = createInterface({ input: stdout })
  lines.on('line', (line) => {
    output += `${line}\n`
  })
  const launchUrl = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The browser host ended with ${code}: ${output}`)
    }),
  ])
  return {
    launchUrl,
    profile,
    process: child,
    output: () => output,
    async pass(ms) {
      child.send({ pass: ms })
      await once(child, 'message')
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
    remove: () => rmSync(profile, { recursive: true, force: true }),
  }
}
