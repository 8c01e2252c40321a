// Runs before every command of package.json, with whatever Node the system has (≥ 20): plain JavaScript, no package.
// Installs when node_modules was not made from this package-lock.json. By content, not by time: a checkout changes times.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const stamp = join(root, 'node_modules', '.installed-from')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Installing packages (once, and again when package-lock.json changes) …')
  const npm = process.env.npm_execpath
  const { status, error } = npm
    ? spawnSync(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'], {
        cwd: root,
        stdio: ['ignore', 2, 2],
      })
    : spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: ['ignore', 2, 2], shell: true })
  if (status !== 0) {
    console.error(
      `Packages could not be installed${error ? `: ${error.message}` : ''}. Run "npm ci" to see why.`,
    )
    process.exit(status ?? 1)
  }
  writeFileSync(stamp, wanted)
}
