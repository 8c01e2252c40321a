import type { V1Deployment, V1Pod } from '@kubernetes/client-node'
import fc from 'fast-check'
import type { ActualConnector } from '../../../electron/composer/engine/model.ts'
import type { Cluster } from '../../../electron/composer/orchestrators/kubernetes/cluster.ts'
import { kubernetesOrchestrator } from '../../../electron/composer/orchestrators/kubernetes/deployments.ts'
import {
  LOG_LINES,
  type Orchestrator,
  OrchestratorError,
} from '../../../electron/composer/orchestrators/orchestrator.ts'
import { type Campaign, campaign } from './campaign.ts'
import { hostileJson, hostileNumber, hostileText } from './hostile.ts'
import { checkConnectors, checkEvidence, onlyBy } from './only-by.ts'

const { signal } = new AbortController()

const LABELS = ['gatehouse', 'opencti-manager', 'opencti-connector-id', 'opencti-hash']
const NAMED = fc.oneof(fc.dictionary(fc.constantFrom(...LABELS), hostileText), hostileJson)
const METADATA = fc.record(
  {
    name: hostileText,
    labels: NAMED,
    annotations: NAMED,
    // The client makes a Date of whatever stands there.
    creationTimestamp: fc.oneof(fc.date({ noInvalidDate: false }), hostileJson),
    deletionTimestamp: hostileJson,
    resourceVersion: hostileJson,
  },
  { requiredKeys: [] },
)
const DEPLOYMENT = fc.record(
  {
    metadata: fc.oneof(METADATA, hostileJson),
    spec: fc.oneof(
      fc.record(
        { replicas: fc.oneof(fc.nat(2), hostileNumber), selector: hostileJson },
        { requiredKeys: [] },
      ),
      hostileJson,
    ),
  },
  { requiredKeys: [] },
)
const MOMENT = fc.record(
  { startedAt: hostileJson, reason: hostileText, exitCode: hostileNumber, message: hostileText },
  { requiredKeys: [] },
)
const STATE = fc.oneof(
  fc.record(
    {
      running: MOMENT,
      waiting: fc.oneof(MOMENT, fc.constant({ reason: 'CrashLoopBackOff' })),
      terminated: MOMENT,
    },
    { requiredKeys: [] },
  ),
  hostileJson,
)
const POD = fc.record(
  {
    metadata: fc.oneof(METADATA, hostileJson),
    status: fc.oneof(
      fc.record(
        {
          phase: hostileText,
          containerStatuses: fc.oneof(
            fc.array(
              fc.oneof(
                fc.record(
                  { name: hostileText, restartCount: hostileJson, state: STATE, lastState: STATE },
                  { requiredKeys: [] },
                ),
                hostileJson,
              ),
              { maxLength: 2 },
            ),
            hostileJson,
          ),
          conditions: fc.oneof(
            fc.array(
              fc.record({ type: fc.constant('PodScheduled'), status: hostileText, reason: hostileJson }),
              {
                maxLength: 2,
              },
            ),
            hostileJson,
          ),
        },
        { requiredKeys: [] },
      ),
      hostileJson,
    ),
  },
  { requiredKeys: [] },
)
const listOf = (item: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 5, arbitrary: fc.array(fc.oneof(item, hostileJson), { maxLength: 3 }) }, hostileJson)
const [DEPLOYMENTS, PODS] = [listOf(DEPLOYMENT), listOf(POD)]
const LOG = fc.oneof(
  hostileText,
  fc.array(hostileText, { maxLength: 5 }).map((lines) => lines.join('\n')),
)
const REFUSAL = fc
  .tuple(hostileText, fc.constantFrom(null, 400, 403, 404, 409, 422, 500))
  .map(([message, status]) => new OrchestratorError(message, status))

const ACTUAL = {
  ref: 'n',
  name: 'n',
  connectorId: 'c',
  state: 'running',
  hash: 'h',
} as unknown as ActualConnector
const CALLS: readonly ((orchestrator: Orchestrator, actual: ActualConnector) => Promise<unknown>)[] = [
  async (orchestrator) => checkConnectors(await orchestrator.list(signal)),
  async (orchestrator, actual) => checkEvidence(await orchestrator.evidence(actual, signal)),
  (orchestrator, actual) => orchestrator.start(actual),
  (orchestrator, actual) => orchestrator.stop(actual),
  (orchestrator, actual) => orchestrator.remove(actual),
  async (orchestrator, actual) => {
    const lines = await orchestrator.logs(actual, signal)
    if (lines.length > LOG_LINES || lines.some((line) => line.length > 9_000))
      throw new Error('too long a log')
  },
]

/** Any answer of a cluster is a result or an OrchestratorError, also after a list that was read of such answers. */
export const kubernetesCampaign: Campaign = campaign(
  'answers and logs of Kubernetes',
  fc.asyncProperty(fc.constantFrom(...CALLS), fc.boolean(), fc.gen(), async (call, listed, draw) => {
    const done = async (): Promise<void> => {
      if (draw(() => fc.nat(9)) === 0) throw draw(() => REFUSAL)
    }
    const cluster: Cluster = {
      deployments: async () => draw(() => DEPLOYMENTS) as V1Deployment[],
      pods: async () => draw(() => PODS) as V1Pod[],
      deployment: async () => draw(() => fc.oneof(DEPLOYMENT, hostileJson)) as V1Deployment,
      createDeployment: done,
      replaceDeployment: done,
      deleteDeployment: done,
      createSecret: done,
      deleteSecret: done,
      log: () => done().then(() => draw(() => LOG)),
    }
    const orchestrator = kubernetesOrchestrator(cluster, { managerId: 'm', registry: null, options: {} })
    let actual = ACTUAL
    const list = async (): Promise<void> => {
      for (const connector of await orchestrator.list(signal)) actual = connector
    }
    if (listed) await onlyBy(OrchestratorError, list())
    await onlyBy(OrchestratorError, call(orchestrator, actual))
  }),
)
