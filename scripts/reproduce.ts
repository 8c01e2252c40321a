import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { packFolder } from './pack-folder.ts'

/**
 * `npm run reproduce`: makes the release twice, as two people would who never met (another folder, another mask for new files,
 * another time zone and language), and compares every file. Who has the same sources and Electron gets the same program.
 */

const ROOT = join(import.meta.dirname, '..')
/** What is not source: it is made, or it is the packages, which both share. */
const NOT_SOURCES = new Set(['node_modules', 'out', 'dist', 'coverage', '.git', '.cache'])

const PEOPLE = [
  { name: 'first', mask: 0o022, environment: { TZ: 'UTC', LC_ALL: 'C' } },
  { name: 'somebody-else', mask: 0o077, environment: { TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8' } },
] as const

export interface Comparison {
  /** SHA-256 over all files of each build, in hexadecimal */
  readonly digests: readonly string[]
  readonly files: number
  /** paths that are not the same in both */
  readonly different: readonly string[]
}

/** Builds and packs twice below the system's folder for temporary files, and removes both. */
export async function reproduce(): Promise<Comparison> {
  const place = mkdtempSync(join(tmpdir(), 'gatehouse-reproduce-'))
  try {
    const trees: Map<string, string>[] = []
    for (const person of PEOPLE) trees.push(treeOf(await buildAs(person, join(place, person.name))))
    const [first = new Map(), second = new Map()] = trees
    const paths = new Set([...first.keys(), ...second.keys()])
    return {
      digests: trees.map(digestOf),
      files: first.size,
      different: [...paths].filter((path) => first.get(path) !== second.get(path)),
    }
  } finally {
    rmSync(place, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** Copies the sources, builds and packs them there; the packed folder. */
async function buildAs({ mask, environment }: (typeof PEOPLE)[number], folder: string): Promise<string> {
  const before = { mask: process.umask(mask), environment: { ...process.env } }
  Object.assign(process.env, environment)
  try {
    mkdirSync(folder)
    for (const name of readdirSync(ROOT))
      if (!NOT_SOURCES.has(name)) copyWithMask(join(ROOT, name), join(folder, name), mask)
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const builder = join(folder, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
    await promisify(execFile)(process.execPath, [builder, 'build'], { cwd: folder })
    return (await packFolder(join(folder, 'dist'), 'release', folder)).folder
  } finally {
    process.umask(before.mask)
    process.env = before.environment
  }
}

/** As a checkout would write them: what may be run, and what may not. */
function copyWithMask(from: string, to: string, mask: number): void {
  cpSync(from, to, { recursive: true })
  const copied = lstatSync(to).isDirectory()
    ? [to, ...readdirSync(to, { recursive: true, encoding: 'utf8' }).map((name) => join(to, name))]
    : [to]
  for (const path of copied) {
    const { mode } = lstatSync(path)
    chmodSync(path, (mode & 0o111 ? 0o777 : 0o666) & ~mask)
  }
}

/** Each path below a folder → its kind, mode and content's SHA-256. */
function treeOf(folder: string): Map<string, string> {
  const tree = new Map<string, string>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const { mode } = lstatSync(path)
    const content = entry.isFile() ? readFileSync(path) : entry.isSymbolicLink() ? readlinkSync(path) : ''
    const digest = createHash('sha256').update(content).digest('hex')
    tree.set(relative(folder, path), `${mode.toString(8)} ${digest}`)
  }
  return tree
}

function digestOf(tree: ReadonlyMap<string, string>): string {
  const digest = createHash('sha256')
  for (const [path, told] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1)))
    digest.update(`${path}\0${told}\0`)
  return digest.digest('hex')
}

if (process.argv[1] && existsSync(process.argv[1]) && import.meta.filename === process.argv[1]) {
  const { digests, files, different } = await reproduce()
  for (const path of different) console.error(`different: ${path}`)
  console.log(
    `${files} files, SHA-256 ${digests.join(' and ')}: ${different.length === 0 ? 'the same' : 'NOT the same'}`,
  )
  process.exitCode = different.length === 0 ? 0 : 1
}
