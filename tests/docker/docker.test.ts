import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { containerOrchestrator } from '../../electron/composer/orchestrators/docker/containers.ts'
import { engineClient } from '../../electron/composer/orchestrators/docker/engine-client.ts'
import { hostConfig } from '../../electron/composer/orchestrators/docker/options.ts'
import { BASE_IMAGE, mayRunDocker, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { conformance, type Harness } from './conformance.ts'
import { conformanceImages } from './images.ts'

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

  it('speaks a version that the engine knows', async () => {
    const { ApiVersion } = await engine.docker.version()
    const list = await engineClient({ socketPath: engine.socket }).call<unknown[]>({
      method: 'GET',
      path: '/containers/json',
    })
    expect(Array.isArray(list)).toBe(true)
    expect(Number(ApiVersion.split('.')[1])).toBeLessThan(53)
  })
})
