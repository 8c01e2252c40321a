import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '#base/clock.ts'
import { ISSUED_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { type ComposerRig, startTestComposer } from '../support/composer-rig.ts'
import { mayRunDocker, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'
import { TEST_CATALOG_ID, testCatalog } from '../support/test-catalog.ts'
import { until } from '../support/until.ts'
import { conformanceImages } from './images.ts'

/** Nothing is a double: the local platform, the composer, a Docker Engine. */
describe.runIf(mayRunDocker('Composer on the local platform'))('from the contract to the container', () => {
  let engine: PrivateEngine
  let platform: TestPlatform
  let rig: ComposerRig
  let steadyImage: string

  beforeAll(async () => {
    engine = await startEngine()
    process.env.DOCKER_HOST = engine.host
    steadyImage = (await conformanceImages(engine.docker)).steadyImage
    platform = await startTestPlatform({ clock: systemClock, catalogs: [testCatalog(steadyImage)] })
    rig = await startTestComposer({
      OPENCTI__URL: platform.url,
      OPENCTI__TOKEN: (await platform.generate()).plaintext_token,
      OPENCTI__DAEMON__SELECTOR: 'docker',
    })
  })
  afterAll(async () => {
    await rig?.composer.stop()
    await platform?.platform.stop()
    delete process.env.DOCKER_HOST
    await engine?.dispose()
  })

  const containers = async (id: string) =>
    (await engine.docker.listContainers({ all: true })).filter(
      ({ Labels }) => Labels['opencti-connector-id'] === id,
    )
  const environmentOf = async (id: string): Promise<Record<string, string>> => {
    const [container] = await containers(id)
    const { Config } = await engine.docker.getContainer(container?.Id ?? '').inspect()
    return Object.fromEntries(Config.Env.map((entry) => entry.split(/=(.*)/s).slice(0, 2)))
  }
  const look = async (id: string) =>
    (
      await platform.ask(`{ connector(id: "${id}") {
        manager_current_status manager_connector_logs manager_contract_hash
        manager_health_metrics { restart_count is_in_reboot_loop } } }`)
    ).data.connector
  const want = (id: string, status: 'starting' | 'stopping') =>
    platform.ask(
      `mutation { updateConnectorRequestedStatus(input: { id: "${id}", status: ${status} }) { id } }`,
    )

  it('a connector is chosen, deployed with its secrets and a token that works, watched, edited, stopped and deleted', async () => {
    await until(
      'the composer is registered',
      async () => (await platform.ask('{ connectorManagers { active } }')).data.connectorManagers[0]?.active,
    )
    const added = await platform.ask(
      'mutation ($input: AddManagedConnectorInput!) { managedConnectorAdd(input: $input) { id connector_user_id } }',
      {
        variables: {
          input: {
            name: 'Real one',
            user_id: 'none',
            automatic_user: true,
            catalog_id: TEST_CATALOG_ID,
            manager_contract_image: steadyImage.replace(/:1$/, ''),
            manager_contract_configuration: [{ key: 'TEST_SECRET', value: 'fake = sécret' }],
          },
        },
      },
    )
    const { id, connector_user_id } = added.data.managedConnectorAdd
    await want(id, 'starting')
    await until(
      'it runs and the platform knows',
      async () =>
        (await containers(id))[0]?.State === 'running' &&
        (await look(id)).manager_current_status === 'started',
    )
    const environment = await environmentOf(id)
    expect(environment).toMatchObject({
      TEST_SECRET: 'fake = sécret',
      GREETING: 'hello',
      CONNECTOR_ID: id,
      CONNECTOR_NAME: 'real-one',
      OPENCTI_URL: platform.url,
      OPENCTI_TOKEN: expect.stringMatching(ISSUED_TOKEN_PATTERN),
    })
    const { data } = await platform.ask('{ me { id } }', { token: environment.OPENCTI_TOKEN })
    expect(data.me.id).toBe(connector_user_id)

    await until('logs and health arrived', async () => {
      const { manager_connector_logs: logs, manager_health_metrics: health } = await look(id)
      return logs.length > 0 && health?.is_in_reboot_loop === false
    })

    await platform.ask(
      'mutation ($input: EditManagedConnectorInput!) { managedConnectorEdit(input: $input) { id } }',
      {
        variables: {
          input: {
            id,
            name: 'real-one',
            title: 'Real one',
            connector_user_id,
            manager_contract_configuration: [{ key: 'GREETING', value: 'good morning' }],
          },
        },
      },
    )
    await until('the edited one runs', async () => (await environmentOf(id)).GREETING === 'good morning')
    expect((await environmentOf(id)).TEST_SECRET).toBe('fake = sécret')

    await want(id, 'stopping')
    await until('its end is told', async () => (await look(id)).manager_current_status === 'stopped')
    await platform.ask(`mutation { deleteConnector(id: "${id}") }`)
    await until('the container is gone', async () => (await containers(id)).length === 0)
  })
})
