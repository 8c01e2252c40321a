import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { FolderBusyError, lockFolder } from '#base/folder-lock.ts'

/**
 * Builds what a command needs and only when its sources changed since the last build, so that `npm start` and
 * `npm run platform` are quick the second time. `npm run build` always builds everything.
 */

const ROOT = join(import.meta.dirname, '..')
const OUT = join(ROOT, 'out')

const PARTS = ['main', 'preload', 'renderer'] as const
type Part = (typeof PARTS)[number]

/** What each part is made of; a change of any of these files makes it stale. */
const SOURCES: Record<Part, readonly string[]> = {
  main: ['electron', 'shared'],
  preload: ['electron/preload', 'shared'],
  renderer: ['renderer', 'shared', 'docs/CHANGELOG.md'],
}
const COMMON_SOURCES = [
  'electron.vite.config.ts',
  'scripts/first-frame.ts',
  'scripts/release-source.ts',
  'scripts/shipped-packages.ts',
  'package.json',
  'package-lock.json',
]

/** Carries the digest of the sources that the part was built from; emptied with the folder when a build begins. */
const STAMP = '.built-from'

/**
 * Makes sure that `out/` holds the wanted parts, built from the sources as they are now. Processes that ask at the same
 * time wait for the one that builds. Must run in the repository root, under Node ≥ 22.
 * @param wanted `main` = the main-side entries (main, serve, local-platform); `all` = preload and page as well
 * @throws what the bundler throws when the sources do not build
 */
export async function ensureBuilt(wanted: 'main' | 'all'): Promise<void> {
  const parts = wanted === 'main' ? (['main'] as const) : PARTS
  if (parts.every(isFresh)) return
  const release = await waitForLock()
  try {
    const stale = parts.filter((part) => !isFresh(part))
    if (stale.length > 0) await build(stale)
  } finally {
    release()
  }
}

/** Builds everything, stale or not: what goes into a release does not hang on sources alone (scripts/release-source.ts). */
export async function buildAll(): Promise<void> {
  const release = await waitForLock()
  try {
    await build(PARTS)
  } finally {
    release()
  }
}

function isFresh(part: Part): boolean {
  const stamp = join(OUT, part, STAMP)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOf(part)
}

function digestOf(part: Part): string {
  const digest = createHash('sha256')
  for (const source of [...COMMON_SOURCES, ...SOURCES[part]]) {
    for (const file of filesOf(join(ROOT, source))) {
      digest.update(relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0')
    }
  }
  return digest.digest('hex')
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  const entries = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.isFile(),
  )
  return entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\.test\.tsx?$/.test(file))
    .sort()
}

async function waitForLock(): Promise<() => void> {
  mkdirSync(OUT, { recursive: true })
  for (;;) {
    try {
      return lockFolder(join(OUT, '.lock'))
    } catch (error) {
      if (!(error instanceof FolderBusyError)) throw error
      await wait(100)
    }
  }
}

async function build(parts: readonly Part[]): Promise<void> {
  // The bundler is only loaded when there is something to build.
  const [{ resolveConfig }, vite] = await Promise.all([import('electron-vite'), import('vite')])
  const environment = { mode: process.env.NODE_ENV, tool: process.env.NODE_ENV_ELECTRON_VITE }
  process.env.NODE_ENV_ELECTRON_VITE = 'production'
  try {
    const { config } = await resolveConfig({ logLevel: 'warn' }, 'build', 'production')
    for (const part of parts) {
      const digest = digestOf(part)
      const partConfig = config?.[part]
      if (!partConfig) throw new Error(`electron.vite.config.ts has no part "${part}"`)
      await vite.build(partConfig)
      writeFileSync(join(OUT, part, STAMP), digest)
    }
  } finally {
    restore('NODE_ENV', environment.mode)
    restore('NODE_ENV_ELECTRON_VITE', environment.tool)
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
