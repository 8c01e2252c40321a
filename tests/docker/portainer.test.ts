import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { portainerOrchestrator } from '../../electron/composer/orchestrators/portainer/portainer.ts'
import { BASE_IMAGE, mayRunDocker, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { API_KEY, type PortainerDouble, startPortainer } from '../support/portainer.ts'
import { conformance, type Harness } from './conformance.ts'
import { conformanceImages } from './images.ts'

const never = new AbortController().signal

describe.runIf(mayRunDocker('Portainer'))('Portainer before a Docker Engine', () => {
  let engine: PrivateEngine
  let portainer: PortainerDouble
  let harness: Harness
  const common = { managerId: 'conformance', registry: null }
  const options = () => ({ api: portainer.url, env_id: '3', api_version: 'v1.41', stack: 'the-stack' })

  beforeAll(async () => {
    engine = await startEngine()
    portainer = await startPortainer(engine.socket)
    harness = {
      managerId: 'conformance',
      orchestrator: portainerOrchestrator({ ...options(), ca: [portainer.ca] }, new Secret(API_KEY), common),
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
  afterAll(async () => {
    await portainer?.close()
    await engine?.dispose()
  })

  conformance(() => harness)

  it('says only what Portainer knows, and puts connectors into their stack', () => {
    expect(portainer.strange).toEqual([])
    const creations = portainer.requests.filter(({ path }) => path === '/containers/create')
    expect(creations.length).toBeGreaterThan(5)
    for (const { body } of creations) {
      expect(body).toMatchObject({ Labels: { 'com.docker.compose.project': 'the-stack' } })
    }
    // What runs in the environment stands in bodies, never in addresses, which proxies log.
    expect(portainer.requests.map(({ path, query }) => `${path}?${query}`).join()).not.toContain('GREETING')
  })

  it('§9 w: does not talk to a server that it cannot verify, unless turned off by name', async () => {
    const blind = portainerOrchestrator(options(), new Secret(API_KEY), common)
    await expect(blind.list(never)).rejects.toThrow(/certificate|signed/)
    const trusting = portainerOrchestrator(
      { ...options(), unsecured_certificate: true },
      new Secret(API_KEY),
      common,
    )
    expect(await trusting.list(never)).toEqual([])
  })

  it('tells of a refused key', async () => {
    const refused = portainerOrchestrator(
      { ...options(), ca: [portainer.ca] },
      new Secret('ptr_wrong'),
      common,
    )
    await expect(refused.list(never)).rejects.toThrow('Unauthorized')
  })
})
