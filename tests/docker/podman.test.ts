import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ActualConnector } from '../../electron/composer/engine/model.ts'
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

/** The container of a connector, as far as a stop needs to know it. */
const spinning = (ref: string): ActualConnector => ({
  ref,
  name: ref,
  connectorId: null,
  platform: null,
  hash: null,
  state: 'running',
  createdAt: 0,
  reason: null,
})

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

  it('§9 m: a stop holds, whenever it comes between two runs', async () => {
    const { orchestrator, fallingImage } = harness
    for (let turn = 0; turn < 8; turn++) {
      const container = await podman.docker.createContainer({
        Image: fallingImage,
        HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      })
      await container.start()
      const restarts = async () => (await container.inspect()).RestartCount
      await until('it spins', async () => (await restarts()) >= 1)
      await orchestrator.stop(spinning(container.id))
      const before = await container.inspect()
      expect(before.State.Status).toBe('exited')
      await until(
        'a further run would show',
        async () => Date.parse(before.State.FinishedAt) < Date.now() - 500,
      )
      expect(await restarts()).toBe(before.RestartCount)
      await container.remove({ force: true })
    }
  })

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
        // The exit code is told where a look fell between two runs, which is chance here.
        platform.connectors
          .get('falling')
          ?.logs.some((line) => /crash loop(, last exit code 3)?; change/.test(line)),
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
