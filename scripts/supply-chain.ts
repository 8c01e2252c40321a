import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One line of the campaign; `pass` null: not measured. */
interface Line {
  readonly id: string
  readonly figure: string
  readonly bar: string
  readonly pass: boolean | null
}

const ROOT = join(import.meta.dirname, '..')

/** What is known of holes in what is shipped. An endpoint that does not answer is "not checked", never 0. */
export async function auditRow(): Promise<Line> {
  const bar = '0 high or critical'
  const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 20_000,
    shell: process.platform === 'win32',
  })
  const found = error ? null : countsOf(stdout)
  if (!found)
    return { id: 'AUDIT', figure: 'not checked: the registry’s audit did not answer', bar, pass: null }
  const figure = `${found.critical} critical, ${found.high} high, ${found.moderate} moderate, ${found.low} low in what is shipped`
  return { id: 'AUDIT', figure, bar, pass: found.critical + found.high === 0 }
}

/** Electron supports its three newest majors. */
const SUPPORTED_MAJORS = 3

/** Whether the pinned Electron is one that still gets its holes mended (point 16 of its security check-list). */
export function electronRow(): Line {
  const bar = `one of the newest ${SUPPORTED_MAJORS} majors`
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: { electron: string }
  }
  const { stdout, error } = spawnSync('npm', ['view', 'electron', 'dist-tags.latest'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 20_000,
    shell: process.platform === 'win32',
  })
  const pinned = devDependencies.electron
  const newest = /^(\d+)\./.exec(error ? '' : stdout.trim())
  if (!newest)
    return {
      id: 'ELECTRON',
      figure: `not checked: the registry did not answer; ${pinned} is pinned`,
      bar,
      pass: null,
    }
  const behind = Number(newest[1]) - Number.parseInt(pinned, 10)
  return {
    id: 'ELECTRON',
    figure: `${pinned} is pinned, ${stdout.trim()} is the newest`,
    bar,
    pass: behind < SUPPORTED_MAJORS,
  }
}

interface Severities {
  critical: number
  high: number
  moderate: number
  low: number
}

function countsOf(text: string): Severities | null {
  try {
    const answer = JSON.parse(text) as { metadata?: { vulnerabilities?: Severities } }
    return answer.metadata?.vulnerabilities ?? null
  } catch {
    return null
  }
}

interface Locked {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
}

/** Licences that may be shipped with a program under Apache-2.0. */
const COMPATIBLE =
  /\b(MIT|MIT-0|ISC|BSD|BSD-2-Clause|BSD-3-Clause|0BSD|PSF-2\.0|WTFPL|Apache-2\.0|CC0-1\.0|Unlicense|Zlib|BlueOak-1\.0\.0|Python-2\.0|OFL-1\.1|CC-BY-4\.0|MPL-2\.0)\b/

/** Every package of the lockfile names a licence; those that are bundled are development dependencies here, so all count. */
export function licenceRow(): Line {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '')
  const unknown = packages.filter(([path, { license }]) => !COMPATIBLE.test(license ?? licenceOf(path)))
  const names = unknown.map(
    ([path, { license }]) => `${path.split('node_modules/').at(-1)} (${license ?? 'none'})`,
  )
  const rest = names.length > 0 ? `: ${names.slice(0, 5).join(', ')}` : ''
  return {
    id: 'LICENCES',
    figure: `${packages.length} packages, ${unknown.length} without a licence that may be shipped${rest}`,
    bar: '0',
    pass: unknown.length === 0,
  }
}

/** Where the lockfile is silent, the package itself may speak. */
function licenceOf(path: string): string {
  try {
    const told = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as {
      license?: string
      licenses?: { type: string }[]
    }
    return told.license ?? told.licenses?.[0]?.type ?? ''
  } catch {
    return ''
  }
}
