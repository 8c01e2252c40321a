import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { BASE_IMAGE, importBusybox } from './dockerd.ts'
import { until } from './until.ts'

const PODMAN = '/usr/bin/podman'
const RUNC = '/usr/sbin/runc'
const BUSYBOX = '/bin/busybox'

/** Why a private Podman cannot run here, or null. */
export function podmanHindrance(): string | null {
  if (process.platform !== 'linux') return 'a private Podman needs Linux'
  if (process.getuid?.() !== 0) return 'a private Podman needs root'
  for (const [file, name] of [
    [PODMAN, 'podman'],
    [RUNC, 'runc'],
    [BUSYBOX, 'busybox-static'],
  ] as const) {
    if (!existsSync(file)) return `${file} is missing (Debian package ${name})`
  }
  return null
}

export interface PrivatePodman {
  readonly docker: Docker
  readonly socket: string
  /** Ends the service and takes its data away. */
  dispose(): Promise<void>
}

/** Podman's API on a socket of its own, with images, containers, networks and settings of its own. */
export async function startPodman(): Promise<PrivatePodman> {
  const folder = mkdtempSync(join(tmpdir(), 'gh-p-'))
  const socket = join(folder, 'p.sock')
  const settings = join(folder, 'containers.conf')
  mkdirSync(join(folder, 'net'))
  // crun wants cgroups of version 2, and Podman raises limits beyond what a container of our own may have.
  writeFileSync(
    settings,
    `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_config_dir = "${join(folder, 'net')}"
`,
  )
  const own = [
    ...['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')],
    ...['--storage-driver', 'vfs'],
  ]
  const env = { ...process.env, CONTAINERS_CONF: settings }
  const log: string[] = []
  const child = spawn(PODMAN, [...own, 'system', 'service', '--time', '0', `unix://${socket}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
    env,
  })
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => log.push(chunk.toString()))
  }
  const docker = new Docker({ socketPath: socket })
  try {
    await until('Podman answers', () => docker.ping().then(() => true))
    await importBusybox(docker, BASE_IMAGE)
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${log.join('').slice(-2000)}`)
  }
  return {
    docker,
    socket,
    async dispose() {
      // Through the program: a container's monitor and its mounts go with it.
      spawnSync(PODMAN, [...own, 'rm', '--all', '--force', '--time', '0'], { env, stdio: 'ignore' })
      const gone = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await gone
      }
      spawnSync('sh', ['-c', 'mount | cut -d" " -f3 | grep "^$1/" | xargs -r umount -l', 'sh', folder])
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
