// Runs before every command of package.json, with whatever Node the system has (≥ 20): plain JavaScript, no package.
// Installs when what lies in node_modules is not what package-lock.json asks for, whoever put it there.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')

if (!isInstalled()) {
  console.error('Installing packages (once, and again when package-lock.json changes) …')
  const npm = process.env.npm_execpath
  // Errors alone: an older system Node makes npm warn of each package that the Node of the project satisfies.
  const install = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  const { status, error } = npm
    ? spawnSync(process.execPath, [npm, ...install], options)
    : spawnSync('npm', install, { ...options, shell: true })
  if (status !== 0) {
    console.error(
      `Packages could not be installed${error ? `: ${error.message}` : ''}. Run "npm ci" to see why.`,
    )
    process.exit(status ?? 1)
  }
}

/** npm writes down what it installed as the last thing it does; packages for other systems are not among them. */
function isInstalled() {
  const there = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  const wanted = packagesOf(join(root, 'package-lock.json'))
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true
    const found = there[path]
    return found ? found.version === version && found.integrity === integrity : optional === true
  })
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}
