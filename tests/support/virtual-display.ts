import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A screen for programs that need one: the one there is, or an X server in memory that ends with `close`. */
export async function virtualDisplay(): Promise<{ readonly display: string; close(): void }> {
  const own = process.env.DISPLAY
  if (own || process.platform !== 'linux') return { display: own ?? '', close() {} }
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp', '-noreset'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  )
  const told = server.stdio[3]
  if (!told) throw new Error('Xvfb does not say its display')
  const [number] = await Promise.race([
    once(told, 'data'),
    once(server, 'error').then(([error]) => Promise.reject(error)),
  ])
  return { display: `:${String(number).trim()}`, close: () => void server.kill() }
}
