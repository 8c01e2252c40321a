import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { bundledScript } from './bundled-script.ts'

export type Where = 'after' | 'within' | 'never'
type Step = 'import' | 'migrate' | 'rollback' | 'finalize'

/**
 * Lives of a migration, each in a process of its own (migration-child.ts), bundled once so that a life begins quickly.
 * @param folder where the bundle may lie
 * @returns runs one life; true = it was killed, false = it came to its end; throws when it ended in any other way
 */
export async function migrationLives(
  folder: string,
): Promise<(data: string, step: Step, where: Where, rows: number, source?: string) => Promise<boolean>> {
  const script = await bundledScript('migration-child', folder)
  return async (data, step, where, rows, source = '') => {
    const child = spawn(
      join(import.meta.dirname, '../../node_modules/.bin/node'),
      ['--disable-warning=ExperimentalWarning', script, data, step, where, String(rows), source],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let output = ''
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    const [code, signal] = await once(child, 'exit')
    if (signal === 'SIGKILL') return true
    if (code !== 0) throw new Error(`The migration ended with ${code ?? signal}: ${output}`)
    return false
  }
}
