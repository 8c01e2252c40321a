import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { electronBinary, obtainElectron } from './electron-binary.ts'
import { type Counts, countsOf, failuresOf, notRun, type VitestReport } from './test-counts.ts'
import { runTool } from './test-run.ts'

interface Suite {
  /** Why it cannot run here, in a sentence; null when it can. */
  readonly obstacle: () => string | null
  /** What vitest is started under. */
  readonly around?: (session: string) => {
    command: readonly string[]
    environment: Record<string, string | undefined>
  }
}

const ROOT = join(import.meta.dirname, '..')

const none = (): null => null

/** Unlocks a keyring of its own, as a login would, and runs what follows. */
const WITH_KEYRING =
  'printf "%s\\n" test | gnome-keyring-daemon --unlock --components=secrets >/dev/null; "$@"'

/** Electron under a display of its own. */
const DESKTOP: Suite = {
  obstacle: () => {
    obtainElectron()
    if (!electronBinary()) return 'Electron is not installed and could not be downloaded'
    return process.platform === 'linux' ? lacking('xvfb-run', 'xauth', 'dbus-daemon', 'dunst') : null
  },
  around: () => ({
    command: process.platform === 'linux' ? ['xvfb-run', '-a', '-s', '-screen 0 1400x1000x24'] : [],
    environment: {},
  }),
}

/** The projects of vitest.config.ts, in the order in which they run. */
export const SUITES: Readonly<Record<string, Suite>> = {
  unit: { obstacle: none },
  page: { obstacle: noChromium },
  integration: { obstacle: none },
  keychain: {
    obstacle: () => lacking('dbus-run-session', 'gnome-keyring-daemon'),
    around: (session) => ({
      command: ['dbus-run-session', '--', 'bash', '-c', WITH_KEYRING, '_'],
      environment: {
        HOME: session,
        XDG_RUNTIME_DIR: join(session, 'run'),
        DISPLAY: undefined,
        XDG_DATA_HOME: undefined,
      },
    }),
  },
  docker: {
    obstacle: () =>
      process.getuid?.() === 0
        ? lacking('dockerd', 'docker-registry', 'busybox')
        : 'a private Docker Engine needs root',
  },
  e2e: { obstacle: noChromium },
  electron: DESKTOP,
  packed: DESKTOP,
}

/** Projects that `npm test` leaves out, because what they need takes long to make. */
const OPT_IN_SUITES: Readonly<Record<string, Suite>> = {
  kubernetes: {
    obstacle: () =>
      process.getuid?.() === 0
        ? lacking('dockerd', 'busybox', 'etcd', 'go', 'make', 'rsync', 'dpkg-source')
        : 'a private cluster needs root',
  },
}

/** Runs one project of vitest, says why when it cannot run, counts, and names what failed. */
export async function runSuite(name: string): Promise<{ counts: Counts; failures: readonly string[] }> {
  const mustRun = process.env.GATEHOUSE_REQUIRE_ALL === '1'
  const run = await suiteRun(name)
  if ('why' in run) {
    const why = `not run: ${run.why}`
    console.error(`${name}: ${why}`)
    return { counts: notRun(mustRun), failures: mustRun ? [why] : [] }
  }
  const counts = countsOf(run.report, run.endedWell, mustRun)
  const failures = failuresOf(run.report, ROOT)
  return { counts, failures: failures.length === 0 && counts.failed > 0 ? ['ended badly'] : failures }
}

/**
 * Runs one project of vitest, or those of its files.
 * @param files paths from the repository's root; all when there is none
 * @param output where vitest's own words go
 * @returns why it cannot run here; or what vitest reports, null when it wrote nothing
 */
export async function suiteRun(
  name: string,
  files: readonly string[] = [],
  output: 'shown' | 'dropped' = 'shown',
): Promise<{ why: string } | { report: VitestReport | null; endedWell: boolean }> {
  const suite = SUITES[name] ?? OPT_IN_SUITES[name]
  const why = suite ? suite.obstacle() : `there is no suite ${name}`
  if (why) return { why }
  const session = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
  // A test that runs the app as another user lets it pass through here.
  chmodSync(session, 0o711)
  mkdirSync(join(session, 'run'), { mode: 0o700 })
  // Whatever a test leaves behind, also one that was killed, goes with the session. Short: a socket's path has a limit.
  const temporary = join(session, 't')
  mkdirSync(temporary)
  try {
    const { command, environment } = suite?.around?.(session) ?? { command: [], environment: {} }
    const reportFile = join(session, 'report.json')
    const [program = '', ...args] = [
      ...command,
      process.execPath,
      join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'),
      ...['run', '--project', name, '--reporter', 'json', '--outputFile.json', reportFile],
      ...(output === 'shown' ? ['--reporter', 'default'] : []),
      ...files,
    ]
    const env = { ...process.env, TMPDIR: temporary, ...environment }
    const endedWell = await runTool(program, args, env, output)
    const report = existsSync(reportFile)
      ? (JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport)
      : null
    return { report, endedWell }
  } finally {
    remove(session)
  }
}

function remove(session: string): void {
  try {
    rmSync(session, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    console.error(`${session} could not be removed: ${error}`)
  }
}

function noChromium(): string | null {
  const program = process.env.GATEHOUSE_CHROMIUM ?? '/usr/bin/chromium'
  return existsSync(program) ? null : `Chromium is not at ${program} (GATEHOUSE_CHROMIUM names another place)`
}

function lacking(...programs: string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const missing = programs.filter((program) => !folders.some((folder) => existsSync(join(folder, program))))
  return missing.length > 0 ? `${missing.join(' and ')} not found` : null
}
