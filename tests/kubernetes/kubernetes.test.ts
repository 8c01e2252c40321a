import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { V1Pod } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { Secret } from '#base/secret.ts'
import type { ConnectorSpec } from '../../electron/composer/engine/model.ts'
import { CONNECTOR_LABEL, ownershipLabels } from '../../electron/composer/engine/names.ts'
import { connectCluster } from '../../electron/composer/orchestrators/kubernetes/cluster.ts'
import { kubernetesOrchestrator } from '../../electron/composer/orchestrators/kubernetes/deployments.ts'
import type { Orchestrator } from '../../electron/composer/orchestrators/orchestrator.ts'
import { conformance, type Harness } from '../docker/conformance.ts'
import { conformanceImages } from '../docker/images.ts'
import { kubernetesBinaries } from '../support/kubernetes-binaries.ts'
import { type PrivateCluster, startCluster } from '../support/kubernetes-cluster.ts'
import { until } from '../support/until.ts'

/** On real programs of Kubernetes: API server, controllers, scheduler and kubelet. Opt-in: `npm run test:kubernetes`. */
const NAMESPACE = 'connectors'
const ACCOUNT = 'gatehouse-composer'
const never = new AbortController().signal

let cluster: PrivateCluster
let harness: Harness

beforeAll(async () => {
  cluster = await startCluster(kubernetesBinaries((line) => console.log(line)))
  await cluster.ask('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
  await grantRole()
  harness = {
    managerId: 'conformance',
    orchestrator: await orchestratorOf('conformance'),
    ...(await conformanceImages(cluster.engine.docker)),
    pullsItself: true,
    async foreign(name) {
      const labels = { app: name }
      const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`
      await cluster.ask('POST', path, {
        metadata: { name, labels },
        spec: {
          replicas: 0,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x' }] } },
        },
      })
      const uid = async () => (await cluster.ask<Stored>('GET', `${path}/${name}`)).metadata
      const before = await uid()
      return async () => {
        const now = await uid()
        return now.uid === before.uid && now.generation === before.generation
      }
    },
  }
})
afterAll(() => cluster?.dispose())

interface Stored {
  metadata: { uid: string; generation: number }
}

/** The account and the role exactly as they ship, nothing more. */
async function grantRole(): Promise<void> {
  const places: Record<string, string> = {
    ServiceAccount: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`,
    Role: `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles`,
    RoleBinding: `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/rolebindings`,
  }
  for (const document of parseAllDocuments(readFileSync('resources/kubernetes/composer-role.yaml', 'utf8'))) {
    const body = document.toJS() as { kind: string; subjects?: { namespace?: string }[] }
    for (const subject of body.subjects ?? []) subject.namespace = NAMESPACE
    await cluster.ask('POST', places[body.kind] ?? body.kind, body)
  }
}

/** As the shipped account, by the token that the cluster made for it. */
async function orchestratorOf(managerId: string): Promise<Orchestrator> {
  const token = await until('the account has its token', async () => {
    const { items } = await cluster.ask<{ items: AccountSecret[] }>(
      'GET',
      `/api/v1/namespaces/${NAMESPACE}/secrets`,
    )
    const found = items.find(
      ({ metadata, data }) =>
        metadata.annotations?.['kubernetes.io/service-account.name'] === ACCOUNT && data?.token,
    )
    return found && Buffer.from(found.data?.token ?? '', 'base64').toString()
  })
  process.env.KUBECONFIG = cluster.kubeconfig(`composer-${managerId}`, token, NAMESPACE)
  return kubernetesOrchestrator(await connectCluster({}), { managerId, registry: null, options: {} })
}

interface AccountSecret {
  metadata: { annotations?: Record<string, string> }
  data?: { token?: string }
}

describe('Kubernetes, the real one', () => {
  conformance(() => harness)

  const specOf = (changes: Partial<ConnectorSpec>): ConnectorSpec => {
    const connectorId = randomUUID()
    return {
      platform: 'opencti',
      connectorId,
      name: `real-${connectorId.slice(0, 6)}`,
      image: harness.steadyImage,
      hash: 'h1',
      environment: [],
      labels: ownershipLabels('conformance', 'opencti', connectorId),
      running: true,
      proxyCa: null,
      ...changes,
    }
  }
  const seen = async ({ connectorId }: ConnectorSpec) =>
    (await harness.orchestrator.list(never)).find((one) => one.connectorId === connectorId)
  const podsOf = async ({ connectorId }: ConnectorSpec): Promise<V1Pod[]> => {
    const selector = encodeURIComponent(`${CONNECTOR_LABEL}=${connectorId}`)
    const path = `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=${selector}`
    return (await cluster.ask<{ items: V1Pod[] }>('GET', path)).items
  }

  it('§9 l: reports CrashLoopBackOff and ImagePullBackOff, and the log of the run before', async () => {
    const falling = specOf({ image: harness.fallingImage })
    const absent = specOf({ image: harness.missingImage })
    await harness.orchestrator.deploy(falling)
    await harness.orchestrator.deploy(absent)
    const crash = await until(
      'the crash loop is reported',
      async () => {
        const actual = await seen(falling)
        return actual?.reason?.includes('CrashLoopBackOff') && actual
      },
      90_000,
    )
    expect(crash.state).toBe('restarting')
    expect(await harness.orchestrator.evidence(crash, never)).toMatchObject({ looping: true, exitCode: 3 })
    expect(await harness.orchestrator.logs(crash, never)).toContain('falling')
    const pull = await until(
      'the missing image is reported',
      async () => {
        const actual = await seen(absent)
        return /ImagePullBackOff|ErrImagePull/.test(actual?.reason ?? '') && actual
      },
      90_000,
    )
    expect(pull.state).not.toBe('running')
    await record({ crashLoop: await podsOf(falling), imagePull: await podsOf(absent) })
    await harness.orchestrator.remove(crash)
    await harness.orchestrator.remove(pull)
  })

  it('§9 v: keeps secret values out of Deployment and pod, and takes them away with the connector', async () => {
    const spec = specOf({ environment: [{ name: 'GREETING', value: new Secret('not-a-real-secret') }] })
    await harness.orchestrator.deploy(spec)
    const actual = await until('it runs', async () => {
      const now = await seen(spec)
      return now?.state === 'running' && now
    })
    const secretsOf = async () =>
      (
        await cluster.ask<{ items: { metadata: { name: string } }[] }>(
          'GET',
          `/api/v1/namespaces/${NAMESPACE}/secrets`,
        )
      ).items
        .map(({ metadata }) => metadata.name)
        .filter((name) => name.startsWith(spec.name))
    const deployment = await cluster.ask(
      'GET',
      `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${actual.name}`,
    )
    expect(JSON.stringify([deployment, await podsOf(spec)])).not.toContain('not-a-real-secret')
    expect(await secretsOf()).toHaveLength(1)
    await record({ running: await podsOf(spec) })
    await harness.orchestrator.remove(actual)
    expect(await secretsOf()).toEqual([])
  })

  it('may do nothing beside its role: other namespaces, reading secrets, other resources', async () => {
    const { AppsV1Api, CoreV1Api, KubeConfig } = await import('@kubernetes/client-node')
    const config = new KubeConfig()
    config.loadFromDefault()
    const refused = async (call: Promise<unknown>) =>
      call.then(
        () => 'allowed',
        (error: { code?: number }) => error.code,
      )
    const core = config.makeApiClient(CoreV1Api)
    expect([
      await refused(config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace: 'default' })),
      await refused(core.listNamespacedSecret({ namespace: NAMESPACE })),
      await refused(core.listNamespacedConfigMap({ namespace: NAMESPACE })),
      await refused(core.listNamespacedPod({ namespace: NAMESPACE })),
    ]).toEqual([403, 403, 403, 'allowed'])
  })
})

const RECORDED = join(import.meta.dirname, '..', 'support', 'recorded')

/** With GATEHOUSE_RECORD=1: keeps the cluster's own answers, which `npm test` replays (pod-state.test.ts). */
async function record(answers: Record<string, V1Pod[]>): Promise<void> {
  if (process.env.GATEHOUSE_RECORD !== '1') return
  mkdirSync(RECORDED, { recursive: true })
  for (const [name, pods] of Object.entries(answers)) {
    for (const { metadata } of pods) delete metadata?.managedFields
    writeFileSync(join(RECORDED, `pods-${name}.json`), `${JSON.stringify(pods, null, 2)}\n`)
  }
}
