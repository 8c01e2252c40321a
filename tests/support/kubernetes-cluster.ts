import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, makeImage, type PrivateEngine, startEngine } from './dockerd.ts'
import { until } from './until.ts'

/** A whole cluster of one node on this machine: etcd, API server, controllers, scheduler and kubelet on a Docker Engine. */
export interface PrivateCluster {
  readonly engine: PrivateEngine
  /** Asks the API as the cluster's administrator; rejects with the status' message. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Path of a kubeconfig for that bearer, whose context is that namespace. */
  kubeconfig(name: string, token: string, namespace: string): string
  dispose(): Promise<void>
}

const ADMIN = 'not-a-real-token-of-the-administrator'

/** @param programs folder of `kubernetesBinaries` */
export async function startCluster(programs: string): Promise<PrivateCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'gh-k8s-'))
  const engine = await startEngine({ network: 'host', daemonArguments: withGentleRunc })
  const children: { name: string; child: ChildProcess; log: string[] }[] = []
  const start = (name: string, program: string, args: readonly string[]): void => {
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    const log: string[] = []
    for (const output of [child.stdout, child.stderr])
      output?.on('data', (chunk: Buffer) => {
        log.push(chunk.toString())
        if (log.length > 2_000) log.shift()
      })
    children.push({ name, child, log })
  }
  const dispose = async (): Promise<void> => {
    for (const { child } of children.reverse()) await end(child)
    await engine.dispose()
    // The kubelet's volumes are mounts.
    spawnSync('sh', ['-c', 'mount | cut -d" " -f3 | grep "^$1/" | xargs -r umount -l', 'sh', folder])
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const [etcd, peer, port, kubelet] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
    const server = `https://127.0.0.1:${port}`
    const certificates = join(folder, 'certificates')
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = join(folder, 'accounts.key')
    writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }))
    writeFileSync(join(folder, 'accounts.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
    writeFileSync(join(folder, 'tokens.csv'), `${ADMIN},admin,1,"system:masters"\n`)
    start('etcd', '/usr/bin/etcd', [
      ...['--data-dir', join(folder, 'etcd'), '--log-level', 'error'],
      ...['--listen-client-urls', `http://127.0.0.1:${etcd}`],
      ...['--advertise-client-urls', `http://127.0.0.1:${etcd}`],
      ...['--listen-peer-urls', `http://127.0.0.1:${peer}`],
      ...['--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
      ...['--initial-cluster', `default=http://127.0.0.1:${peer}`],
    ])
    start('kube-apiserver', join(programs, 'kube-apiserver'), [
      `--etcd-servers=http://127.0.0.1:${etcd}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--cert-dir=${certificates}`,
      '--service-cluster-ip-range=10.250.0.0/24',
      '--authorization-mode=RBAC',
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      `--service-account-key-file=${join(folder, 'accounts.pub')}`,
      `--service-account-signing-key-file=${key}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      // The kubelet listens on loopback alone.
      '--kubelet-preferred-address-types=Hostname',
    ])
    const ask = askServer(server)
    await until('the API server is ready', () => ask('GET', '/readyz').then(() => true), 60_000)

    const kubeconfig = (name: string, token: string, namespace: string): string => {
      const path = join(folder, `${name}.kubeconfig`)
      const ca = readFileSync(join(certificates, 'apiserver.crt')).toString('base64')
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': ca } }],
        users: [{ name, user: { token } }],
        contexts: [{ name, context: { cluster: 'test', user: name, namespace } }],
        'current-context': name,
      }
      writeFileSync(path, JSON.stringify(config))
      return path
    }
    const admin = kubeconfig('admin', ADMIN, 'default')
    start('kube-controller-manager', join(programs, 'kube-controller-manager'), [
      `--kubeconfig=${admin}`,
      `--service-account-private-key-file=${key}`,
      `--root-ca-file=${join(certificates, 'apiserver.crt')}`,
      ...[
        '--leader-elect=false',
        '--bind-address=127.0.0.1',
        '--port=0',
        `--secure-port=${await freePort()}`,
      ],
      `--cert-dir=${join(folder, 'controller-certificates')}`,
    ])
    start('kube-scheduler', join(programs, 'kube-scheduler'), [
      `--kubeconfig=${admin}`,
      ...[
        '--leader-elect=false',
        '--bind-address=127.0.0.1',
        '--port=0',
        `--secure-port=${await freePort()}`,
      ],
      `--cert-dir=${join(folder, 'scheduler-certificates')}`,
    ])
    // Ends when it is told to, or each pod would take ten seconds to go.
    const waits = "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"
    const pause = await makeImage(engine.docker, 'gatehouse-test/pause:1', waits)
    writeFileSync(join(folder, 'kubelet.yaml'), JSON.stringify(kubeletConfiguration(kubelet)))
    mkdirSync(join(folder, 'kubelet'))
    start('kubelet', join(programs, 'kubelet'), [
      `--config=${join(folder, 'kubelet.yaml')}`,
      `--kubeconfig=${admin}`,
      `--root-dir=${join(folder, 'kubelet')}`,
      `--cert-dir=${join(folder, 'kubelet-certificates')}`,
      `--docker-endpoint=unix://${engine.socket}`,
      `--pod-infra-container-image=${pause}`,
      '--hostname-override=localhost',
    ])
    await until(
      'the node is ready',
      async () => {
        const { items } = await ask<{ items: NodeList }>('GET', '/api/v1/nodes')
        return items.some(({ status }) =>
          status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
        )
      },
      90_000,
    )
    return { engine, ask, kubeconfig, dispose }
  } catch (error) {
    const tails = children.map(({ name, log }) => `── ${name}\n${complaintsOf(log)}`)
    await dispose()
    throw new Error(`${error instanceof Error ? error.message : error}\n${tails.join('\n')}`)
  }
}

type NodeList = readonly { status: { conditions?: readonly { type: string; status: string }[] } }[]

/**
 * runc that leaves alone what a machine inside a container may not do: the kubelet asks for negative scores before the
 * out-of-memory killer.
 */
function withGentleRunc(folder: string): readonly string[] {
  const program = join(folder, 'gentle-runc')
  const script = `#!/bin/bash
for ((i = 1; i <= $#; i++)); do
  if [ "\${!i}" = --bundle ]; then
    j=$((i + 1))
    sed -i -E 's/"oomScoreAdj":-[0-9]+/"oomScoreAdj":0/' "\${!j}/config.json"
  fi
done
exec runc "$@"
`
  writeFileSync(program, script, { mode: 0o755 })
  return ['--add-runtime', `gentle=${program}`, '--default-runtime', 'gentle']
}

function kubeletConfiguration(port: number): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '127.0.0.1',
    port,
    healthzPort: 0,
    readOnlyPort: 0,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    failSwapOn: false,
    cgroupDriver: 'cgroupfs',
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    makeIPTablesUtilChains: false,
    // Whatever else fills this machine's disk is no matter of the test.
    evictionHard: { 'nodefs.available': '0%', 'imagefs.available': '0%', 'memory.available': '1Mi' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  }
}

/** The server's certificate is of its own making and one process away. */
function askServer(server: string): PrivateCluster['ask'] {
  const agent = new Agent({ rejectUnauthorized: false })
  return <T>(method: string, path: string, body?: unknown) =>
    new Promise<T>((resolve, reject) => {
      const sent = request(`${server}${path}`, {
        agent,
        method,
        headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
      })
      sent.on('error', reject)
      sent.on('response', (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => {
          if ((response.statusCode ?? 500) >= 400) reject(new Error(`${response.statusCode}: ${text}`))
          else resolve((text.startsWith('{') ? JSON.parse(text) : text) as T)
        })
      })
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
}

/** The lines of an error or a fatal end; a fatal one is followed by hundreds of lines of stacks. */
function complaintsOf(log: readonly string[]): string {
  const lines = log.join('').split('\n')
  return lines
    .filter((line) => /^[EF]\d{4} /.test(line))
    .slice(-8)
    .join('\n')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}
