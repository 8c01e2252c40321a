import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import Docker from 'dockerode'
import { pack } from 'tar-stream'
import { until } from './until.ts'

const DOCKERD = '/usr/sbin/dockerd'
const BUSYBOX = '/bin/busybox'
const REGISTRY = '/usr/bin/docker-registry'

/** Why the docker suites cannot run here, or null. */
export function dockerHindrance(): string | null {
  if (process.platform !== 'linux') return 'a private Docker Engine needs Linux'
  if (process.getuid?.() !== 0) return 'a private Docker Engine needs root'
  for (const [file, name] of [
    [DOCKERD, 'docker.io'],
    [BUSYBOX, 'busybox-static'],
    [REGISTRY, 'docker-registry'],
  ] as const) {
    if (!existsSync(file)) return `${file} is missing (Debian package ${name})`
  }
  return null
}

/**
 * Whether the suite `name` may run. Where it may not, the reason is printed; with GATEHOUSE_REQUIRE_ALL=1 it is a failure.
 */
export function mayRunDocker(name: string): boolean {
  return mayRun(name, dockerHindrance())
}

/** As above, for a suite that needs something else. */
export function mayRun(name: string, hindrance: string | null): boolean {
  if (hindrance === null) return true
  if (process.env.GATEHOUSE_REQUIRE_ALL === '1') throw new Error(`${name}: ${hindrance}`)
  console.warn(`${name} does not run: ${hindrance}`)
  return false
}

export interface PrivateEngine {
  readonly docker: Docker
  readonly socket: string
  /** `unix://…`, for DOCKER_HOST */
  readonly host: string
  /** Ends the daemon as a crash does. */
  kill(): Promise<void>
  /** Starts it again on the same data. */
  start(): Promise<void>
  /** Ends it and takes its data away. */
  dispose(): Promise<void>
}

/**
 * A Docker Engine of its own: own data, own socket, own network, ended by its pid.
 * @param options.network `own`: bridges and firewall rules of its own, where no other engine and no browser meets them, and
 *   without a way to us; `host`: among the machine's; `none`: the machine's network, and containers with none
 */
export async function startEngine({
  network = 'own' as 'own' | 'host' | 'none',
  insecureRegistries = [] as string[],
  /** more words for dockerd, by the engine's folder */
  daemonArguments = (_folder: string): readonly string[] => [],
} = {}): Promise<PrivateEngine> {
  // The socket's path must stay below 108 characters.
  const folder = mkdtempSync(join(tmpdir(), 'gh-d-'))
  const socket = join(folder, 'd.sock')
  const ground = network === 'own' ? await startNetwork() : null
  let daemon: ChildProcess | null = null
  const log: string[] = []
  const docker = new Docker({ socketPath: socket })

  const start = async (): Promise<void> => {
    const [program = DOCKERD, ...inside] = ground === null ? [DOCKERD] : [...ground.enter, DOCKERD]
    const child = spawn(
      program,
      [
        ...inside,
        ...['--data-root', join(folder, 'root'), '--exec-root', join(folder, 'exec')],
        ...['--pidfile', join(folder, 'd.pid'), '-H', `unix://${socket}`, '--storage-driver', 'vfs'],
        ...(network !== 'none' ? [] : ['--bridge=none', '--iptables=false', '--ip6tables=false']),
        ...insecureRegistries.flatMap((registry) => ['--insecure-registry', registry]),
        ...daemonArguments(folder),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder },
    )
    daemon = child
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (chunk: Buffer) => log.push(chunk.toString()))
    }
    try {
      await until('the Docker Engine answers', () => docker.ping().then(() => true))
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${log.join('').slice(-2000)}`)
    }
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const child = daemon
    daemon = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  const kill = async (): Promise<void> => {
    await end('SIGKILL')
    endContainerd(folder)
    rmSync(join(folder, 'd.pid'), { force: true })
  }

  await start()
  await importBusybox(docker, BASE_IMAGE)
  return {
    docker,
    socket,
    host: `unix://${socket}`,
    kill,
    start,
    async dispose() {
      const containers = await docker.listContainers({ all: true }).catch(() => [])
      await Promise.all(
        containers.map(({ Id }) =>
          docker
            .getContainer(Id)
            .remove({ force: true })
            .catch(() => {}),
        ),
      )
      await end('SIGTERM')
      endContainerd(folder)
      endShims(folder)
      await ground?.end()
      spawnSync('sh', ['-c', 'mount | cut -d" " -f3 | grep "^$1/" | xargs -r umount -l', 'sh', folder])
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/**
 * A network of its own, with nothing but a loopback. It lasts as long as one process that stands in it, which ends with ours.
 * @returns the words that start a program there
 */
async function startNetwork(): Promise<{ readonly enter: readonly string[]; end(): Promise<void> }> {
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = once(holder, 'exit')
  const [first] = await Promise.race([once(holder.stdout, 'data'), gone])
  if (String(first) !== 'up\n') throw new Error('a network for the Docker Engine could not be made')
  return {
    enter: ['nsenter', `--net=/proc/${holder.pid}/ns/net`],
    async end() {
      holder.stdin.end()
      await gone
    },
  }
}

/** dockerd's own containerd outlives a SIGKILL of its parent; its pid stands in a file of the engine's folder. */
function endContainerd(folder: string): void {
  const file = join(folder, 'exec', 'containerd', 'containerd.pid')
  if (!existsSync(file)) return
  endProcess(Number(readFileSync(file, 'utf8')))
  // The next dockerd would take the pid for a containerd that still runs.
  rmSync(file)
}

/** What holds the containers of an engine that did not end orderly: the shims that name its folder. */
function endShims(folder: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      if (command.includes('containerd-shim') && command.includes(`${folder}/`)) endProcess(Number(pid))
    } catch {
      // It ended meanwhile.
    }
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

/** An image with busybox as its whole file system. */
export const BASE_IMAGE = 'gatehouse-test/base:1'

const APPLETS = [
  'sh',
  'sleep',
  'echo',
  'cat',
  'env',
  'date',
  'test',
  'kill',
  'trap',
  'id',
  'wc',
  'head',
  'seq',
  'rm',
  'ls',
]

/** Brings the base image into an engine. */
export async function importBusybox(docker: Docker, name: string): Promise<void> {
  const archive = pack()
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(BUSYBOX))
  for (const applet of APPLETS) archive.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' })
  archive.entry({ name: 'tmp', type: 'directory', mode: 0o1777 })
  archive.finalize()
  // With its tag: Podman reads none beside the name.
  const progress = await docker.importImage(archive.pipe(new PassThrough()), {
    fromSrc: '-',
    repo: name,
  } as object)
  for await (const _ of progress) {
    // Read to its end: the image is there after that.
  }
}

/** Makes `name` from the base image with a shell script as what it runs. */
export async function makeImage(docker: Docker, name: string, script: string): Promise<string> {
  const container = await docker.createContainer({ Image: BASE_IMAGE, Cmd: ['/bin/sh', '-c', script] })
  const colon = name.lastIndexOf(':')
  await container.commit({
    repo: name.slice(0, colon),
    tag: name.slice(colon + 1),
    changes: `CMD ${JSON.stringify(['/bin/sh', '-c', script])}`,
  } as object)
  await container.remove()
  return name
}

export interface PrivateRegistry {
  /** `127.0.0.1:port` */
  readonly server: string
  readonly username: string
  readonly password: string
  stop(): Promise<void>
}

/** A container registry on loopback, with a login when `guarded`. */
export async function startRegistry(guarded: boolean): Promise<PrivateRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'gh-reg-'))
  const port = await freePort()
  const username = 'composer'
  // A value whose standard base64 has characters that base64url lacks.
  const password = `not-a-real-secret-${randomBytes(6).toString('hex')}-??>>~~`
  const config: Record<string, unknown> = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: `127.0.0.1:${port}` },
  }
  if (guarded) {
    const file = join(folder, 'htpasswd')
    writeFileSync(file, `${username}:${bcryptOf(password)}\n`)
    config.auth = { htpasswd: { realm: 'test', path: file } }
  }
  const path = join(folder, 'config.yml')
  writeFileSync(path, JSON.stringify(config))
  const child = spawn(REGISTRY, ['serve', path], { stdio: 'ignore' })
  const server = `127.0.0.1:${port}`
  await until('the registry answers', () => fetch(`http://${server}/v2/`).then(() => true))
  return {
    server,
    username,
    password,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The registry takes bcrypt only; perl's crypt of the system library makes it. */
function bcryptOf(password: string): string {
  const salt = createHash('sha256').update(password).digest('base64').replaceAll(/[+=]/g, '.').slice(0, 22)
  const made = spawnSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', password, `$2y$05$${salt}`])
  const hash = made.stdout.toString()
  if (!hash.startsWith('$2y$')) throw new Error('the system library makes no bcrypt hash')
  return hash
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

/** Brings a local image into a registry. */
export async function pushImage(docker: Docker, image: string, registry: PrivateRegistry): Promise<string> {
  const name = `${registry.server}/${image}`
  const colon = name.lastIndexOf(':')
  await docker.getImage(image).tag({ repo: name.slice(0, colon), tag: name.slice(colon + 1) })
  const progress = await docker.getImage(name).push({
    authconfig: { username: registry.username, password: registry.password, serveraddress: registry.server },
  })
  let rest = ''
  for await (const chunk of progress) rest += chunk
  if (rest.includes('"error"')) throw new Error(rest)
  await docker.getImage(name).remove()
  return name
}
