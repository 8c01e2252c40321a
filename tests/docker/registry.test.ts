import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import type { ConnectorSpec } from '../../electron/composer/engine/model.ts'
import { containerOrchestrator } from '../../electron/composer/orchestrators/docker/containers.ts'
import { engineClient } from '../../electron/composer/orchestrators/docker/engine-client.ts'
import { hostConfig } from '../../electron/composer/orchestrators/docker/options.ts'
import { imageReference, type Registry } from '../../electron/composer/orchestrators/registry.ts'
import {
  makeImage,
  mayRunDocker,
  type PrivateEngine,
  type PrivateRegistry,
  pushImage,
  startEngine,
  startRegistry,
} from '../support/dockerd.ts'

const never = new AbortController().signal

describe.runIf(mayRunDocker('Registries'))('registries', () => {
  let engine: PrivateEngine
  let open: PrivateRegistry
  let guarded: PrivateRegistry

  beforeAll(async () => {
    ;[open, guarded] = await Promise.all([startRegistry(false), startRegistry(true)])
    engine = await startEngine({ network: false })
    const image = await makeImage(engine.docker, 'team/connector:1', 'exec sleep 1000')
    for (const registry of [open, guarded]) await pushImage(engine.docker, image, registry)
    await engine.docker.getImage(image).remove()
  })
  afterAll(async () => {
    await engine?.dispose()
    await Promise.all([open?.stop(), guarded?.stop()])
  })

  const login = (registry: PrivateRegistry, password = registry.password): Registry => ({
    server: registry.server,
    username: registry.username,
    password: new Secret(password),
    email: null,
  })
  const prepare = (registry: Registry) =>
    containerOrchestrator(engineClient({ socketPath: engine.socket }), {
      kind: 'docker',
      managerId: 'm',
      registry,
      hostConfig: hostConfig({}),
      labels: {},
    }).prepare({ image: imageReference('team/connector:1', registry) } as ConnectorSpec, never)

  it('pulls from an open registry', async () => {
    await prepare({ server: open.server, username: null, password: null, email: null })
    await engine.docker.getImage(`${open.server}/team/connector:1`).remove()
  })

  it('§9 x: logs in with a password whose plain base64 the engine would not read', async () => {
    expect(Buffer.from(JSON.stringify({ p: guarded.password })).toString('base64')).toMatch(/[+/]/)
    await prepare(login(guarded))
    await engine.docker.getImage(`${guarded.server}/team/connector:1`).remove()
  })

  it('says so when the login is wrong or missing', async () => {
    await expect(prepare(login(guarded, 'wrong'))).rejects.toThrow(/unauthorized|no basic auth|denied/i)
    await expect(prepare({ ...login(guarded), username: null })).rejects.toThrow(
      /no basic auth|unauthorized/i,
    )
  })
})
