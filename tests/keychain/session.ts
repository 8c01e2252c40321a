import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The ways in which a Linux desktop can have a keychain, each made for real in a session of its own:
 * unlocked: gnome-keyring, opened as a login does · no-collection: gnome-keyring that nobody ever opened ·
 * no-service: a session bus and nothing on it · no-bus: not even that
 */
export type KeychainSession = 'unlocked' | 'no-collection' | 'no-service' | 'no-bus'

const PROBE = fileURLToPath(new URL('./probe.ts', import.meta.url))
const LOCK =
  'dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets ' +
  'org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null'

/** A user's home and the folder that stands for a profile, the same over several sessions. */
export interface Home {
  readonly home: string
  readonly folder: string
}

export function newHome(): Home {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-keychain-'))
  return { home, folder: join(home, 'keys') }
}

/**
 * Runs the probe in a new session and gives what each step printed. `lock` among the steps locks the keyring in between.
 * @param steps of probe.ts, and `lock`
 */
export async function probe(kind: KeychainSession, { home, folder }: Home, ...steps: string[]) {
  const runtime = join(mkdtempSync(join(home, 'run-')), 'x')
  mkdirSync(runtime, { mode: 0o700 })
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    LANG: 'C',
  }
  const script = [...opening(kind), ...inPieces(steps).map((piece) => command(folder, piece))].join('\n')
  const bus = kind === 'no-service' ? [`--config-file=${bareBus(home)}`] : []
  const around = kind === 'no-bus' ? [] : ['dbus-run-session', ...bus, '--']
  const output = await run([...around, 'bash', '-c', script], environment)
  return (
    output
      .split('\n')
      // A daemon that is begun anew tells its own surroundings.
      .filter((line) => line !== '' && !/^[A-Z_]+=/.test(line))
      .map((line) => JSON.parse(line))
  )
}

/** Why these tests cannot run here; null when they can. */
export function obstacle(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const missing = ['dbus-run-session', 'dbus-send', 'gnome-keyring-daemon'].filter(
    (program) => !folders.some((folder) => existsSync(join(folder, program))),
  )
  return missing.length === 0 ? null : `${missing.join(', ')} not found`
}

/** A bus that knows of no service to start. */
function bareBus(home: string): string {
  const path = join(home, 'bus.conf')
  const policy = '<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>'
  writeFileSync(
    path,
    `<busconfig><type>session</type><listen>unix:tmpdir=${home}</listen>
     <policy context="default">${policy}</policy></busconfig>`,
  )
  return path
}

function opening(kind: KeychainSession): string[] {
  const daemon = 'gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1'
  if (kind === 'unlocked') return [`printf 'test\\n' | ${daemon}`]
  if (kind === 'no-collection') return [`${daemon} </dev/null`]
  return []
}

/** Steps that run in one process, parted by `lock`. */
function inPieces(steps: string[]): string[][] {
  const pieces: string[][] = [[]]
  for (const step of steps) {
    if (step === 'lock') pieces.push(['lock'], [])
    else pieces.at(-1)?.push(step)
  }
  return pieces.filter((piece) => piece.length > 0)
}

function command(folder: string, piece: string[]): string {
  if (piece[0] === 'lock') return LOCK
  return [process.execPath, PROBE, folder, ...piece].map((word) => `'${word}'`).join(' ')
}

function run([program = '', ...args]: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${program} ended with ${code}: ${errors}`))
    })
  })
}
