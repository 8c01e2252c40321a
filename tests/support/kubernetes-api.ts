import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { V1Deployment, V1Pod, V1Secret } from '@kubernetes/client-node'
import { issueCertificate } from './certificate.ts'

/**
 * The part of a Kubernetes API server that connectors touch, with its rules (resource versions, immutable selectors,
 * label selectors, missing secrets), and a kubelet that knows three images: `steady`, `falling`, and anything else, which
 * cannot be pulled. Answers have the shape of a real server's.
 */
export interface KubernetesDouble {
  readonly url: string
  /** PEM of the authority to trust */
  readonly ca: string
  readonly requests: { readonly verb: string; readonly path: string; readonly body: unknown }[]
  readonly deployments: Map<string, V1Deployment>
  readonly secrets: Map<string, V1Secret>
  /** answers instead, when it gives a status */
  fault: (verb: string, path: string) => { code: number; message: string } | undefined
  close(): Promise<void>
}

class Refused extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

interface Run {
  pod: V1Pod
  template: string
  log: string[]
  previous: string[]
  /** how often its state was read: each time a falling container falls once more */
  reads: number
}

const BASE =
  /^\/(?:apis\/apps\/v1|api\/v1)\/namespaces\/([^/]+)\/(deployments|secrets|pods)(?:\/([^/]+))?(\/log)?$/

export async function startKubernetesDouble(): Promise<KubernetesDouble> {
  const deployments = new Map<string, V1Deployment>()
  const secrets = new Map<string, V1Secret>()
  const runs = new Map<string, Run>()
  const requests: KubernetesDouble['requests'] = []
  let version = 1

  const stamped = <T extends V1Deployment | V1Secret>(body: T, before?: T): T => ({
    ...body,
    metadata: {
      ...body.metadata,
      uid: before?.metadata?.uid ?? `uid-${version}`,
      creationTimestamp: before?.metadata?.creationTimestamp ?? new Date().toISOString(),
      resourceVersion: String(++version),
    } as never,
  })

  /** What controller-manager and kubelet would do by now. */
  const settle = (): void => {
    for (const [name, deployment] of deployments) {
      const wanted = (deployment.spec?.replicas ?? 1) > 0
      const template = JSON.stringify(deployment.spec?.template)
      const run = runs.get(name)
      if (run && (!wanted || run.template !== template)) runs.delete(name)
      if (!wanted) continue
      const present = runs.get(name) ?? begin(name, deployment, template)
      present.reads++
      advance(present, deployment, secrets)
    }
    for (const name of runs.keys()) if (!deployments.has(name)) runs.delete(name)
  }
  const begin = (name: string, deployment: V1Deployment, template: string): Run => {
    const metadata = {
      name: `${name}-${++version}`,
      labels: deployment.spec?.template.metadata?.labels ?? {},
      creationTimestamp: new Date().toISOString() as never,
    }
    const run = { pod: { metadata } as V1Pod, template, log: [], previous: [], reads: 0 }
    runs.set(name, run)
    return run
  }

  const answer = (verb: string, url: URL, body: unknown): unknown => {
    const [, , kind, name, log] = BASE.exec(url.pathname) ?? []
    const fault = double.fault(verb, url.pathname)
    if (fault) throw new Refused(fault.code, fault.message)
    settle()
    if (kind === 'pods' && log) {
      const run = [...runs.values()].find(({ pod }) => pod.metadata?.name === name)
      if (!run) throw new Refused(404, `pods "${name}" not found`)
      if (
        run.pod.status?.containerStatuses?.[0]?.state?.waiting &&
        run.log.length === 0 &&
        !run.previous.length
      ) {
        throw new Refused(400, 'container is waiting to start')
      }
      const lines = url.searchParams.get('previous') === 'true' ? run.previous : run.log
      return lines.slice(-Number(url.searchParams.get('tailLines') ?? Infinity)).join('\n')
    }
    if (kind === 'pods') {
      return list(
        'PodList',
        [...runs.values()].map(({ pod }) => pod),
        url,
      )
    }
    if (kind !== 'deployments' && kind !== 'secrets')
      throw new Refused(404, 'the server could not find the requested resource')
    const store = (kind === 'deployments' ? deployments : secrets) as Map<string, V1Deployment>
    if (verb === 'GET' && !name) return list('DeploymentList', [...store.values()], url)
    if (verb === 'POST') {
      const made = body as V1Deployment
      const its = made.metadata?.name ?? ''
      if (store.has(its)) throw new Refused(409, `${kind}.apps "${its}" already exists`)
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(its)) throw new Refused(422, `${its} is no valid name`)
      store.set(its, stamped(made))
      return store.get(its)
    }
    const found = store.get(name ?? '')
    if (!found) throw new Refused(404, `${kind} "${name}" not found`)
    if (verb === 'GET') return found
    if (verb === 'DELETE') {
      store.delete(name ?? '')
      return { kind: 'Status', status: 'Success' }
    }
    if (verb !== 'PUT') throw new Refused(405, 'method not allowed')
    const next = body as V1Deployment
    if (next.metadata?.resourceVersion && next.metadata.resourceVersion !== found.metadata?.resourceVersion) {
      throw new Refused(409, 'the object has been modified; please apply your changes to the latest version')
    }
    if (JSON.stringify(next.spec?.selector) !== JSON.stringify(found.spec?.selector)) {
      throw new Refused(422, 'spec.selector: Invalid value: field is immutable')
    }
    store.set(name ?? '', stamped(next, found))
    return store.get(name ?? '')
  }

  const day = 86_400_000
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) }
  const authority = issueCertificate({ organisation: 'Test cluster authority', authority: true, ...validity })
  const issued = issueCertificate({ organisation: 'Test cluster', loopback: true, ...validity }, authority)
  const server = createServer({ cert: issued.cert, key: issued.key }, async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const url = new URL(request.url ?? '', 'http://cluster')
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    requests.push({ verb: request.method ?? '', path: url.pathname + url.search, body })
    try {
      const result = answer(request.method ?? '', url, body)
      const plain = typeof result === 'string'
      response.writeHead(200, { 'content-type': plain ? 'text/plain' : 'application/json' })
      response.end(plain ? result : JSON.stringify(result))
    } catch (error) {
      const code = error instanceof Refused ? error.code : 500
      const message = error instanceof Error ? error.message : ''
      response.writeHead(code, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const double: KubernetesDouble = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: authority.cert,
    requests,
    deployments,
    secrets,
    fault: () => undefined,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return double
}

function list(kind: string, items: readonly (V1Deployment | V1Pod)[], url: URL): unknown {
  const wanted = (url.searchParams.get('labelSelector') ?? '').split(',').filter(Boolean)
  const matches = ({ metadata }: V1Deployment | V1Pod): boolean =>
    wanted.every((pair) => metadata?.labels?.[pair.split('=')[0] as string] === pair.split('=')[1])
  return { kind, apiVersion: 'v1', metadata: {}, items: items.filter(matches) }
}

/** The container's next moment. */
function advance(run: Run, deployment: V1Deployment, secrets: ReadonlyMap<string, V1Secret>): void {
  const container = deployment.spec?.template.spec?.containers[0]
  const now = new Date().toISOString() as never
  const status = (state: object, restartCount = 0, lastState: object = {}): void => {
    run.pod = {
      ...run.pod,
      status: { containerStatuses: [{ name: container?.name, state, restartCount, lastState }] } as never,
    }
  }
  const env: Record<string, string> = {}
  for (const { name, value, valueFrom } of container?.env ?? []) {
    const reference = valueFrom?.secretKeyRef
    const secret = reference ? secrets.get(reference.name ?? '')?.stringData?.[reference.key] : value
    if (secret === undefined) {
      status({ waiting: { reason: 'CreateContainerConfigError' } })
      return
    }
    env[name] = secret.replaceAll('$$(', '$(')
  }
  if (container?.image?.includes('steady')) {
    if (run.log.length === 0) {
      const count = Number(env.LINES ?? 0)
      const said = `[${env.GREETING ?? ''}] [${env.EMPTY ?? ''}]`
      run.log = [...Array.from({ length: count }, (_, at) => `line ${at + 1}`), `out ${said}`, `err ${said}`]
      status({ running: { startedAt: now } })
    }
    return
  }
  if (!container?.image?.includes('falling')) {
    status({ waiting: { reason: 'ImagePullBackOff' } })
    return
  }
  run.previous = ['falling']
  const terminated = { exitCode: 3, reason: 'Error', startedAt: now, finishedAt: now }
  status({ waiting: { reason: 'CrashLoopBackOff' } }, run.reads, { terminated })
}
