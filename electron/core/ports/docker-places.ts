import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

/** A Docker Engine's address on this machine. `denied`: this user may not use it; `silent`: nobody answers there. */
export interface DockerPlace {
  /** as `DOCKER_HOST` has it */
  readonly host: string
  readonly state: 'ready' | 'denied' | 'silent'
}

export interface DockerSurroundings {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A socket answers at once or not at all. */
const PATIENCE_MS = 1_000
const WINDOWS_PIPE = '//./pipe/docker_engine'

/** The engines that are usual on this system, in the order in which one would take them; those that are not there are left out. */
export async function findDocker(surroundings: DockerSurroundings): Promise<DockerPlace[]> {
  const hosts = [...new Set(candidates(surroundings))]
  const found = await Promise.all(hosts.map(lookAt))
  return found.filter((place) => place !== null)
}

function candidates({ platform, home, env }: DockerSurroundings): string[] {
  const named = env.DOCKER_HOST ? [env.DOCKER_HOST] : []
  if (platform === 'win32') return [...named, `npipe:${WINDOWS_PIPE}`]
  const runtime = env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'docker.sock')] : []
  const paths = [
    '/var/run/docker.sock',
    ...runtime,
    join(home, '.docker', 'run', 'docker.sock'),
    join(home, '.docker', 'desktop', 'docker.sock'),
    join(home, '.colima', 'default', 'docker.sock'),
  ]
  return [...named, ...paths.map((path) => `unix://${path}`)]
}

async function lookAt(host: string): Promise<DockerPlace | null> {
  const path = socketPath(host)
  // An engine elsewhere was named on purpose; whether it answers, the composer finds out.
  if (path === null) return { host, state: 'ready' }
  if (!path.startsWith('//') && !existsSync(path)) return null
  const state = await tryToConnect(path)
  return state === 'absent' ? null : { host, state }
}

function socketPath(host: string): string | null {
  return /^(?:unix|npipe):(?:\/\/(?=\/[^/]))?(.+)$/.exec(host)?.[1] ?? null
}

function tryToConnect(path: string): Promise<DockerPlace['state'] | 'absent'> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const tell = (state: DockerPlace['state'] | 'absent'): void => {
      resolve(state)
      socket.destroy()
    }
    socket.setTimeout(PATIENCE_MS, () => tell('silent'))
    socket.once('connect', () => tell('ready'))
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ENOENT') tell('absent')
      else tell(code === 'EACCES' || code === 'EPERM' ? 'denied' : 'silent')
    })
  })
}
