import http, { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownershipLabels } from '../../electron/composer/engine/names.ts'
import { containerOrchestrator } from '../../electron/composer/orchestrators/docker/containers.ts'
import { engineClient } from '../../electron/composer/orchestrators/docker/engine-client.ts'
import { hostConfig } from '../../electron/composer/orchestrators/docker/options.ts'
import { PROXY_CA_PATH } from '../../electron/composer/orchestrators/orchestrator.ts'
import { proxyCaBundle } from '../../electron/composer/orchestrators/proxy-ca.ts'
import { BASE_IMAGE, makeImage, mayRunDocker, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { until } from '../support/until.ts'
import { conformance, type Harness } from './conformance.ts'
import { conformanceImages } from './images.ts'

const never = new AbortController().signal

describe.runIf(mayRunDocker('Docker'))('Docker Engine', () => {
  let engine: PrivateEngine
  let harness: Harness

  beforeAll(async () => {
    engine = await startEngine()
    harness = {
      managerId: 'conformance',
      orchestrator: containerOrchestrator(engineClient({ socketPath: engine.socket }), {
        kind: 'docker',
        managerId: 'conformance',
        registry: null,
        hostConfig: hostConfig({}),
        labels: {},
      }),
      ...(await conformanceImages(engine.docker)),
      async foreign(name) {
        const container = await engine.docker.createContainer({
          name,
          Image: BASE_IMAGE,
          Cmd: ['/bin/sleep', '1000'],
        })
        await container.start()
        return async () => (await container.inspect()).State.Running
      },
    }
  })
  afterAll(() => engine?.dispose())

  conformance(() => harness)

  it('§9 q: speaks a version that the engine knows', async () => {
    const asked: string[] = []
    const { ApiVersion } = await engine.docker.version()
    const listener = createServer((request, response) => {
      asked.push(request.url ?? '')
      const onward = http.request(
        { socketPath: engine.socket, path: request.url, method: request.method },
        (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 500, answer.headers)),
      )
      onward.end()
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const port = (listener.address() as AddressInfo).port
    const client = engineClient({ host: '127.0.0.1', port, protocol: 'http' })
    for (let call = 0; call < 2; call++) await client.call({ method: 'GET', path: '/containers/json' })
    expect(asked).toEqual(['/version', `/v${ApiVersion}/containers/json`, `/v${ApiVersion}/containers/json`])
    listener.closeAllConnections()
    await new Promise((resolve) => listener.close(resolve))
  })

  it('§9 z: copies the proxy’s certificates and the public roots into the container, from whatever machine', async () => {
    const image = await makeImage(
      engine.docker,
      'gatehouse-test/trusting:1',
      `head -n 2 ${PROXY_CA_PATH}; wc -l < ${PROXY_CA_PATH}; exec sleep 1000`,
    )
    const proxyCa = proxyCaBundle(['-----BEGIN CERTIFICATE-----\nb3du\n-----END CERTIFICATE-----'])
    const connectorId = 'trusting-1'
    const { orchestrator } = harness
    await orchestrator.deploy({
      platform: 'opencti',
      connectorId,
      name: 'trusting',
      image,
      hash: 'h1',
      environment: [],
      labels: ownershipLabels('conformance', 'opencti', connectorId),
      running: true,
      proxyCa,
    })
    const lines = await until('it told', async () => {
      const actual = (await orchestrator.list(never)).find((one) => one.connectorId === connectorId)
      const said = actual ? await orchestrator.logs(actual, never) : []
      return said.length === 3 && said
    })
    expect(lines.slice(0, 2)).toEqual(['-----BEGIN CERTIFICATE-----', 'b3du'])
    expect(Number(lines[2])).toBeGreaterThan(1000)
  })
})
