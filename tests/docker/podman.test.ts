import { afterAll, beforeAll, describe, it } from 'vitest'
import { containerOrchestrator } from '../../electron/composer/orchestrators/docker/containers.ts'
import { engineClient } from '../../electron/composer/orchestrators/docker/engine-client.ts'
import { hostConfig } from '../../electron/composer/orchestrators/docker/options.ts'
import { startPlatformDouble } from '../support/composer-platform.ts'
import { startTestComposer } from '../support/composer-rig.ts'
import { BASE_IMAGE, mayRun } from '../support/dockerd.ts'
import { type PrivatePodman, podmanHindrance, startPodman } from '../support/podman.ts'
import { until } from '../support/until.ts'
import { conformance, type Harness } from './conformance.ts'
import { conformanceImages } from './images.ts'

/** The selector `docker` with DOCKER_HOST at Podman's socket. */
describe.runIf(mayRun('Podman', podmanHindrance()))('Podman', () => {
  let podman: PrivatePodman
  let harness: Harness

  beforeAll(async () => {
    podman = await startPodman()
    harness = {
      managerId: 'conformance',
      orchestrator: containerOrchestrator(engineClient({ socketPath: podman.socket }), {
        kind: 'docker',
        managerId: 'conformance',
        registry: null,
        hostConfig: hostConfig({}),
        labels: {},
      }),
      ...(await conformanceImages(podman.docker)),
      async foreign(name) {
        const container = await podman.docker.createContainer({
          name,
          Image: BASE_IMAGE,
          Cmd: ['/bin/sleep', '1000'],
        })
        await container.start()
        return async () => (await container.inspect()).State.Running
      },
    }
  })
  afterAll(() => podman?.dispose())

  conformance(() => harness)

  it('§9 m: the composer stops a crash loop, which Podman spins without pauses, and says why', async () => {
    const platform = await startPlatformDouble()
    platform.put({ id: 'falling', image: harness.fallingImage })
    platform.put({ id: 'fine', image: harness.steadyImage })
    process.env.DOCKER_HOST = `unix://${podman.socket}`
    const { composer, events } = await startTestComposer({
      OPENCTI__URL: platform.url,
      OPENCTI__DAEMON__SELECTOR: 'docker',
    })
    try {
      await until('it is given up', () => events.some(({ type }) => type === 'gave-up'), 50_000)
      await until('the platform knows why', () =>
        platform.connectors.get('falling')?.logs.some((line) => /crash loop, last exit code 3/.test(line)),
      )
      await until('it stays stopped', () => platform.connectors.get('falling')?.current === 'stopped')
      await until('the other one runs', () => platform.connectors.get('fine')?.current === 'started')
    } finally {
      await composer.stop()
      delete process.env.DOCKER_HOST
      await platform.close()
    }
  }, 120_000)
})
