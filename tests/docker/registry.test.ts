import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
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
    engine = await startEngine({ network: 'none' })
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
  const prepare = (registry: Registry, signal = never) =>
    containerOrchestrator(engineClient({ socketPath: engine.socket }), {
      kind: 'docker',
      managerId: 'm',
      registry,
      hostConfig: hostConfig({}),
      labels: {},
    }).prepare({ image: imageReference('team/connector:1', registry) } as ConnectorSpec, signal)

  it('pulls from an open registry', async () => {
    await prepare({ server: open.server, username: null, password: null, email: null })
    await engine.docker.getImage(`${open.server}/team/connector:1`).remove()
  })

  it('§9 x: logs in with a password whose plain base64 the engine would not read', async () => {
    expect(Buffer.from(JSON.stringify({ p: guarded.password })).toString('base64')).toMatch(/[+/]/)
    await prepare(login(guarded))
    await engine.docker.getImage(`${guarded.server}/team/connector:1`).remove()
  })

  it('§9 d: gives a registry up that never answers', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const server = `127.0.0.1:${(silent.address() as AddressInfo).port}`
    const deadline = new AbortController()
    const pulling = prepare({ server, username: null, password: null, email: null }, deadline.signal)
    const asked = once(silent, 'connection') as Promise<[Socket]>
    const [socket] = await asked
    deadline.abort(new Error('too late'))
    await expect(pulling).rejects.toThrow('too late')
    socket.destroy()
    silent.close()
  })

  it('says so when the login is wrong or missing', async () => {
    await expect(prepare(login(guarded, 'wrong'))).rejects.toThrow(/unauthorized|no basic auth|denied/i)
    await expect(prepare({ ...login(guarded), username: null })).rejects.toThrow(
      /no basic auth|unauthorized/i,
    )
  })
})
