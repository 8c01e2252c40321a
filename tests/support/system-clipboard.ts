import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { electronCommand } from './desktop-app.ts'

/** What another program finds on the system's clipboard. */
export async function clipboardText(): Promise<string> {
  const reader = join(import.meta.dirname, 'read-clipboard.cjs')
  const { executablePath, args, env } = electronCommand([reader])
  const { stdout } = await promisify(execFile)(executablePath, args, { env })
  const [, found] = /^CLIPBOARD=(.*)$/m.exec(stdout) ?? []
  if (found === undefined) throw new Error(`The clipboard was not read: ${stdout}`)
  return JSON.parse(found)
}
