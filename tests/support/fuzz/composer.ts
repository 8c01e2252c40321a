import { Readable } from 'node:stream'
import fc from 'fast-check'
import type { ActualConnector } from '../../../electron/composer/engine/model.ts'
import { containerOrchestrator } from '../../../electron/composer/orchestrators/docker/containers.ts'
import type { EngineClient } from '../../../electron/composer/orchestrators/docker/engine-client.ts'
import {
  LOG_LINES,
  type Orchestrator,
  OrchestratorError,
} from '../../../electron/composer/orchestrators/orchestrator.ts'
import { swarmOrchestrator } from '../../../electron/composer/orchestrators/swarm/services.ts'
import { openAevPlatform } from '../../../electron/composer/platforms/openaev.ts'
import { openCtiPlatform } from '../../../electron/composer/platforms/opencti.ts'
import { type Platform, PlatformError } from '../../../electron/composer/platforms/platform.ts'
import { type Campaign, campaign } from './campaign.ts'
import { bentText, hostileJson, hostileNumber, hostileText } from './hostile.ts'
import { checkConnectors, checkEvidence, onlyBy } from './only-by.ts'

const { signal } = new AbortController()

/** Parts of the answers of both platforms; a server may leave any of them out. */
const CONNECTOR = fc.record(
  {
    id: hostileText,
    name: hostileText,
    manager_contract_hash: hostileText,
    manager_contract_image: hostileText,
    manager_current_status: hostileText,
    manager_requested_status: fc.constantFrom('starting', 'stopping'),
    manager_contract_configuration: fc.array(
      fc.oneof(fc.record({ key: hostileText, value: hostileText, encrypted: fc.boolean() }), hostileJson),
      { maxLength: 3 },
    ),
    connector_instance_id: hostileText,
    connector_instance_name: hostileText,
    connector_instance_hash: hostileText,
    connector_image: hostileText,
    connector_instance_requested_status: hostileText,
    connector_instance_configurations: fc.array(
      fc.oneof(fc.record({ configuration_key: hostileText, configuration_value: hostileJson }), hostileJson),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
)
const MANAGER = fc.record(
  { id: hostileText, about_version: hostileText, version: hostileText, xtm_composer_version: hostileText },
  { requiredKeys: [] },
)
const CONNECTORS = fc.array(fc.oneof(CONNECTOR, hostileJson), { maxLength: 3 })
const FIELDS = [
  'about',
  'registerConnectorsManager',
  'updateConnectorManagerStatus',
  'connectorsForManagers',
  'updateConnectorCurrentStatus',
  'updateConnectorLogs',
  'updateConnectorHealth',
]
const BODY = fc.oneof(
  fc
    .tuple(fc.constantFrom(...FIELDS), fc.oneof(CONNECTORS, MANAGER, hostileJson), hostileJson)
    .map(([field, value, errors]) =>
      JSON.stringify({ data: { [field]: value }, ...(Array.isArray(errors) ? { errors } : {}) }),
    ),
  fc.oneof(CONNECTORS, MANAGER, hostileJson).map((body) => JSON.stringify(body)),
  bentText(CONNECTORS.map((body) => JSON.stringify(body))),
)
const ANSWER = fc.record({
  status: fc.constantFrom(200, 200, 200, 201, 204, 301, 400, 401, 404, 429, 500),
  text: BODY,
  retryAfterMs: fc.constantFrom(null, 1, 1e12),
})

const HEALTH = { restartCount: 1, startedAt: 0, inRebootLoop: false } as never
const PLATFORM_CALLS: readonly ((platform: Platform) => Promise<unknown>)[] = [
  (platform) => platform.version(signal),
  (platform) => platform.ping('m', signal),
  (platform) => platform.register({ id: 'm', name: 'n', key: { pkcs1: '', spki: '' } } as never, signal),
  (platform) => platform.connectors(signal),
  (platform) => platform.reportStatus('c', 'started' as never, signal),
  (platform) => platform.reportLogs('c', ['line'], signal),
  (platform) => platform.reportHealth('c', HEALTH, signal),
]

/** Any answer of OpenCTI or OpenAEV to the composer is a result or a PlatformError. */
export const platformsCampaign: Campaign = campaign(
  'answers of OpenCTI and OpenAEV to the composer',
  fc.asyncProperty(fc.constantFrom(...PLATFORM_CALLS), fc.boolean(), ANSWER, async (call, old, answer) => {
    const http = { send: async () => answer }
    await onlyBy(PlatformError, call(old ? openCtiPlatform(http) : openAevPlatform(http, 'm')))
  }),
)

const LABELS = ['gatehouse', 'opencti-manager', 'opencti-connector-id', 'com.docker.swarm.service.id']
const CONTAINER = fc.record(
  {
    Id: hostileText,
    ID: hostileText,
    Names: fc.oneof(fc.array(hostileText, { maxLength: 2 }), hostileJson),
    Labels: fc.oneof(fc.dictionary(fc.constantFrom(...LABELS), hostileText), hostileJson),
    State: fc.oneof(
      fc.constantFrom('running', 'exited', 'restarting'),
      fc.record(
        { Status: hostileText, StartedAt: hostileText, ExitCode: hostileNumber, Running: fc.boolean() },
        { requiredKeys: [] },
      ),
      hostileJson,
    ),
    Status: hostileJson,
    Created: hostileJson,
    RestartCount: hostileJson,
    Config: fc.oneof(fc.record({ Env: fc.array(hostileText, { maxLength: 2 }) }), hostileJson),
    Spec: hostileJson,
    Version: hostileJson,
  },
  { requiredKeys: [] },
)
const ENGINE_ANSWER = fc.oneof(
  CONTAINER,
  fc.array(fc.oneof(CONTAINER, hostileJson), { maxLength: 3 }),
  hostileJson,
)
/** Frames of a log, whole, bent, or no frames at all. */
const LOG = fc.array(fc.tuple(fc.nat(3), fc.nat(300), hostileText), { maxLength: 4 }).map((frames) =>
  Buffer.concat(
    frames.map(([stream, length, text]) => {
      const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
      head.writeUInt32BE(length, 4)
      return Buffer.concat([head, Buffer.from(text)])
    }),
  ),
)

const ACTUAL = {
  ref: 'r',
  name: 'n',
  connectorId: 'c',
  state: 'running',
  hash: null,
} as unknown as ActualConnector
const ORCHESTRATOR_CALLS: readonly ((orchestrator: Orchestrator) => Promise<unknown>)[] = [
  async (orchestrator) => checkConnectors(await orchestrator.list(signal)),
  async (orchestrator) => checkEvidence(await orchestrator.evidence(ACTUAL, signal)),
  (orchestrator) => orchestrator.start(ACTUAL),
  (orchestrator) => orchestrator.remove(ACTUAL),
  async (orchestrator) => {
    const lines = await orchestrator.logs(ACTUAL, signal)
    if (lines.length > LOG_LINES || lines.some((line) => line.length > 9_000))
      throw new Error('too long a log')
  },
]

/** Any answer of an engine is a result or an OrchestratorError. */
export const enginesCampaign: Campaign = campaign(
  'answers and logs of container engines',
  fc.asyncProperty(
    fc.constantFrom(...ORCHESTRATOR_CALLS),
    fc.boolean(),
    fc.gen(),
    async (call, swarm, draw) => {
      const engine: EngineClient = {
        call: async <T>() => draw(() => ENGINE_ANSWER) as T,
        stream: async () => Readable.from([draw(() => LOG)]),
      }
      const common = { managerId: 'm', registry: null }
      const orchestrator = swarm
        ? swarmOrchestrator(engine, { ...common, options: {} })
        : containerOrchestrator(engine, { ...common, kind: 'docker', hostConfig: {}, labels: {} })
      await onlyBy(OrchestratorError, call(orchestrator))
    },
  ),
)
