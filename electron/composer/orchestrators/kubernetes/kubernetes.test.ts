import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { Secret } from '#base/secret.ts'
import { conformance, type Harness } from '../../../../tests/docker/conformance.ts'
import { type KubernetesDouble, startKubernetesDouble } from '../../../../tests/support/kubernetes-api.ts'
import type { ConnectorSpec } from '../../engine/model.ts'
import { ownershipLabels } from '../../engine/names.ts'
import { connectCluster } from './cluster.ts'
import { kubernetesOrchestrator } from './deployments.ts'
import { deploymentOf, secretNames, secretsOf } from './manifest.ts'

const never = new AbortController().signal
let cluster: KubernetesDouble
let harness: Harness
let folder: string

beforeAll(async () => {
  cluster = await startKubernetesDouble()
  folder = mkdtempSync(join(tmpdir(), 'gh-kube-'))
  const ca = Buffer.from(cluster.ca).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'double', cluster: { server: cluster.url, 'certificate-authority-data': ca } }],
    users: [{ name: 'composer', user: {} }],
    contexts: [{ name: 'double', context: { cluster: 'double', user: 'composer', namespace: 'connectors' } }],
    'current-context': 'double',
  }
  writeFileSync(join(folder, 'config'), JSON.stringify(config))
  process.env.KUBECONFIG = join(folder, 'config')
  harness = {
    managerId: 'conformance',
    orchestrator: kubernetesOrchestrator(await connectCluster({}), {
      managerId: 'conformance',
      registry: null,
      options: {},
    }),
    steadyImage: 'gatehouse-test/steady:1',
    fallingImage: 'gatehouse-test/falling:1',
    missingImage: 'gatehouse-test/absent:1',
    pullsItself: true,
    async foreign(name) {
      const spec = { replicas: 0, selector: { matchLabels: { app: name } }, template: {} }
      const metadata = { name, labels: { app: name }, resourceVersion: '1' }
      cluster.deployments.set(name, { metadata, spec } as never)
      return async () => cluster.deployments.get(name)?.metadata?.resourceVersion === '1'
    },
  }
})
afterAll(async () => {
  delete process.env.KUBECONFIG
  rmSync(folder, { recursive: true })
  await cluster.close()
})

describe('Kubernetes, before an API double', () => {
  conformance(() => harness)

  const specOf = (changes: Partial<ConnectorSpec> = {}): ConnectorSpec => ({
    platform: 'opencti',
    connectorId: 'id-1',
    name: 'one',
    image: 'gatehouse-test/steady:1',
    hash: 'h1',
    environment: [
      { name: 'PLAIN', value: 'costs $(HOME)' },
      { name: 'API_KEY', value: new Secret('not-a-real-secret') },
    ],
    labels: ownershipLabels('conformance', 'opencti', 'id-1'),
    running: true,
    proxyCa: null,
    ...changes,
  })
  const found = async () => (await harness.orchestrator.list(never)).find((one) => one.connectorId === 'id-1')

  it('§9 v: keeps secrets out of the Deployment and takes them away with it, or with their configuration', async () => {
    await harness.orchestrator.deploy(specOf())
    expect(JSON.stringify(cluster.deployments.get('one'))).not.toContain('not-a-real-secret')
    expect([...cluster.secrets.keys()]).toEqual(['one-h1-env'])
    const actual = await found()
    expect(actual?.state).toBe('running')
    if (actual) await harness.orchestrator.replace(actual, specOf({ hash: 'h2' }))
    expect([...cluster.secrets.keys()]).toEqual(['one-h2-env'])
    const next = await found()
    if (next) await harness.orchestrator.remove(next)
    expect([cluster.secrets.size, cluster.deployments.has('one')]).toEqual([0, false])
  })

  it('§9 l, s: tells ImagePullBackOff and CrashLoopBackOff from running; the run before speaks when the present one has said nothing', async () => {
    await harness.orchestrator.deploy(specOf({ image: 'gatehouse-test/absent:1' }))
    const waiting = await found()
    expect(waiting).toMatchObject({ state: 'pending', reason: 'ImagePullBackOff' })
    if (!waiting) return
    expect(await harness.orchestrator.logs(waiting, never)).toEqual([])
    await harness.orchestrator.replace(waiting, specOf({ hash: 'h2', image: 'gatehouse-test/falling:1' }))
    const falling = await found()
    expect(falling).toMatchObject({ state: 'restarting', reason: 'CrashLoopBackOff' })
    if (!falling) return
    expect(await harness.orchestrator.evidence(falling, never)).toMatchObject({ looping: true, exitCode: 3 })
    expect(await harness.orchestrator.logs(falling, never)).toEqual(['falling'])
    await harness.orchestrator.remove(falling)
  })

  it('keeps the selector of a Deployment that another composer made', async () => {
    const own = { 'opencti-connector-id': 'id-1' }
    await harness.orchestrator.deploy(specOf())
    const made = cluster.deployments.get('one')
    if (made?.spec) made.spec.selector = { matchLabels: own }
    const actual = await found()
    if (actual) await harness.orchestrator.replace(actual, specOf({ hash: 'h2' }))
    expect(cluster.deployments.get('one')?.spec?.selector.matchLabels).toEqual(own)
    const next = await found()
    if (next) await harness.orchestrator.remove(next)
  })

  it('§9 c: an API error is an error of its own, with the server’s words', async () => {
    cluster.fault = (verb) =>
      verb === 'GET' ? { code: 403, message: 'deployments is forbidden' } : undefined
    await expect(harness.orchestrator.list(never)).rejects.toMatchObject({
      name: 'OrchestratorError',
      status: 403,
      message: 'deployments is forbidden',
    })
    cluster.fault = () => undefined
  })

  it('leaves nothing behind when a step of a deployment fails', async () => {
    cluster.fault = (verb, path) =>
      verb === 'POST' && path.endsWith('/secrets')
        ? { code: 403, message: 'secrets is forbidden' }
        : undefined
    await expect(harness.orchestrator.deploy(specOf())).rejects.toThrow('secrets is forbidden')
    cluster.fault = () => undefined
    expect([cluster.deployments.has('one'), cluster.secrets.size]).toEqual([false, 0])
  })

  it('§9, operations: uses exactly the verbs of the role that ships in resources/, in its namespace alone', () => {
    const used = new Set(cluster.requests.map(({ verb, path }) => rightFor(verb, path)))
    const role = parseAllDocuments(readFileSync('resources/kubernetes/composer-role.yaml', 'utf8'))
      .map(
        (document) => document.toJS() as { kind: string; rules?: { resources: string[]; verbs: string[] }[] },
      )
      .find(({ kind }) => kind === 'Role')
    const granted = (role?.rules ?? []).flatMap(({ resources, verbs }) =>
      verbs.map((verb) => `${verb} ${resources[0]}`),
    )
    expect([...used].sort()).toEqual(granted.sort())
    expect(cluster.requests.every(({ path }) => path.includes('/namespaces/connectors/'))).toBe(true)
  })
})

/** The right that the API server asks for a request. */
function rightFor(verb: string, path: string): string {
  const [, resource, name, log] = /\/namespaces\/[^/]+\/([a-z]+)(\/[^/?]+)?(\/log)?/.exec(path) ?? []
  const words: Record<string, string> = {
    POST: 'create',
    PUT: 'update',
    DELETE: 'delete',
    GET: name ? 'get' : 'list',
  }
  return `${words[verb]} ${resource}${log ?? ''}`
}

describe('the manifest', () => {
  const spec: ConnectorSpec = {
    platform: 'opencti',
    connectorId: 'id-1',
    name: 'one',
    image: 'registry.example/one:1',
    hash: 'H@sh_1',
    environment: [{ name: 'A', value: 'costs $(HOME)' }],
    labels: { 'opencti-connector-id': 'id-1' },
    running: false,
    proxyCa: 'PEM',
  }
  const registry = { server: 'registry.example', username: 'u', password: new Secret('p'), email: null }

  it('§9, operations: lies over the admin’s base (annotations, resources), and recreates instead of rolling', () => {
    const base = {
      metadata: { annotations: { team: 'cti' } },
      spec: {
        replicas: 5,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
        template: {
          spec: {
            serviceAccountName: 'connectors',
            containers: [
              { name: 'one', resources: { limits: { memory: '1Gi' } } },
              { name: 'sidecar', image: 'sidecar:1' },
            ],
          },
        },
      },
    }
    const made = deploymentOf(spec, 'one', { base_deployment: base }, registry)
    expect(made.metadata?.annotations).toEqual({ team: 'cti', OPENCTI_CONFIG_HASH: 'H@sh_1' })
    expect(made.spec?.replicas).toBe(0)
    expect(made.spec?.template.spec).toMatchObject({
      serviceAccountName: 'connectors',
      containers: [
        { name: 'one', image: 'registry.example/one:1', resources: { limits: { memory: '1Gi' } } },
        { name: 'sidecar' },
      ],
      imagePullSecrets: [{ name: 'one-hsh1-pull' }],
    })
    expect(made.spec?.template.spec?.containers[0]?.env).toEqual([{ name: 'A', value: 'costs $$(HOME)' }])
    // The API server refuses rollingUpdate beside Recreate.
    expect(made.spec?.strategy).toEqual({ type: 'Recreate' })
  })

  it('§9 z: ships the certificates, and names secrets validly', () => {
    expect(secretNames('one', 'H@sh_1')).toEqual({ values: 'one-hsh1-env', pull: 'one-hsh1-pull' })
    const [values, pull] = secretsOf(spec, 'one', registry)
    expect(values?.stringData).toEqual({ 'ca.crt': 'PEM' })
    expect(JSON.parse(pull?.stringData?.['.dockerconfigjson'] ?? '')).toEqual({
      auths: { 'registry.example': { username: 'u', password: 'p', email: '', auth: 'dTpw' } },
    })
  })
})
