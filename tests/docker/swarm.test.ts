import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { ownershipLabels } from '../../electron/composer/engine/names.ts'
import { engineClient } from '../../electron/composer/orchestrators/docker/engine-client.ts'
import { PROXY_CA_PATH } from '../../electron/composer/orchestrators/orchestrator.ts'
import { swarmOrchestrator } from '../../electron/composer/orchestrators/swarm/services.ts'
import { BASE_IMAGE, makeImage, mayRunDocker, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { until } from '../support/until.ts'
import { conformance, type Harness } from './conformance.ts'
import { conformanceImages } from './images.ts'

const never = new AbortController().signal

describe.runIf(mayRunDocker('Swarm'))('Docker Swarm', () => {
  let engine: PrivateEngine
  let harness: Harness

  beforeAll(async () => {
    engine = await startEngine()
    await engine.docker.swarmInit({ ListenAddr: '127.0.0.1:0', AdvertiseAddr: '127.0.0.1' })
    harness = {
      managerId: 'conformance',
      orchestrator: swarmOrchestrator(engineClient({ socketPath: engine.socket }), {
        managerId: 'conformance',
        registry: null,
        // Half a second between restarts instead of five.
        options: { restart_delay: 500_000_000, stop_grace_period: 2_000_000_000 },
      }),
      ...(await conformanceImages(engine.docker)),
      async foreign(name) {
        const service = await engine.docker.createService({
          Name: name,
          TaskTemplate: { ContainerSpec: { Image: BASE_IMAGE, Command: ['/bin/sleep', '1000'] } },
          Mode: { Replicated: { Replicas: 0 } },
        } as object)
        const before = (await service.inspect()).Version.Index
        return async () => (await service.inspect()).Version.Index === before
      },
    }
  })
  afterAll(async () => {
    for (const { ID } of (await engine?.docker.listServices().catch(() => [])) ?? []) {
      await engine.docker
        .getService(ID)
        .remove()
        .catch(() => {})
    }
    await engine?.docker.swarmLeave({ force: true }).catch(() => {})
    await engine?.dispose()
  })

  conformance(() => harness)

  it('§9 v, z: hands secrets and certificates over through Swarm’s own store, and clears it with the connector', async () => {
    const image = await makeImage(
      engine.docker,
      'gatehouse-test/telling:1',
      `echo "key [$API_KEY]"; head -n 1 ${PROXY_CA_PATH}; exec sleep 1000`,
    )
    const connectorId = randomUUID()
    const value = `not-a-real-secret ' $HOME " ; exit 1`
    const spec = {
      platform: 'opencti' as const,
      connectorId,
      name: 'telling',
      image,
      hash: 'h1',
      environment: [{ name: 'API_KEY', value: new Secret(value) }],
      labels: ownershipLabels('conformance', 'opencti', connectorId),
      running: true,
      proxyCa: '-----BEGIN CERTIFICATE-----\nmarker\n',
    }
    const { orchestrator } = harness
    await orchestrator.deploy(spec)
    const found = () =>
      orchestrator.list(never).then((all) => all.find((one) => one.connectorId === connectorId))
    const actual = await until('it runs', async () => {
      const object = await found()
      return object?.state === 'running' && object
    })
    const lines = await until('it told', async () => {
      const said = await orchestrator.logs(actual, never)
      return said.length >= 2 && said
    })
    expect(lines).toEqual([`key [${value}]`, '-----BEGIN CERTIFICATE-----'])
    const inspected = JSON.stringify(await engine.docker.getService(actual.ref).inspect())
    expect(inspected).not.toContain('not-a-real-secret')

    await orchestrator.replace(actual, { ...spec, hash: 'h2' })
    await until('the new task runs', async () => (await found())?.state === 'running')
    await orchestrator.remove(actual)
    await until('the store is empty', async () => {
      await orchestrator.remove(actual)
      const secrets = await engine.docker.listSecrets()
      const configs = await engine.docker.listConfigs()
      return secrets.length === 0 && configs.length === 0
    })
  })
})
