import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { desktopCommand } from './desktop-app.ts'

/** Debian's user with no rights of its own. */
const NOBODY = 65_534

/**
 * Starts the packed app as a person would: not as root, and so in Chromium's sandbox, on a profile of its own.
 * @param program path of the packed program, which everybody may read
 */
export async function launchAsUser(program: string): Promise<{ pid: number; close(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-user-'))
  chmodSync(home, 0o777)
  const { args, env } = desktopCommand(join(home, 'profile'))
  const app = spawn(
    program,
    args.filter((arg) => arg !== '--no-sandbox'),
    {
      env: { ...env, HOME: home, TMPDIR: home, ...displayRights(home) },
      ...(process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
      stdio: 'ignore',
    },
  )
  const ended = once(app, 'exit')
  return {
    pid: app.pid ?? 0,
    async close() {
      app.kill('SIGTERM')
      await ended
      rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/** The display's key, where another user can read it. */
function displayRights(home: string): Record<string, string> {
  const key = process.env.XAUTHORITY
  if (!key) return {}
  const folder = join(home, 'display')
  mkdirSync(folder)
  const copy = join(folder, 'key')
  copyFileSync(key, copy)
  chmodSync(copy, 0o644)
  return { XAUTHORITY: copy }
}
