import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { ISSUED_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { decrypt } from '../../electron/composer/secrets/decrypt.ts'
import { managerKey } from '../../electron/composer/secrets/private-key.ts'
import type { PlatformOptions } from '../../electron/local-platform/platform.ts'
import { findCanary } from '../support/canary.ts'
import { testKey } from '../support/composer-rig.ts'
import { codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** The manager API: what XTM Composer and those who deploy connectors ask of OpenCTI (opencti-api.md §5). */
const KEY = managerKey(testKey())
const CATALOG = 'filigran-catalog-id'
const MINUTE = 60_000
const DAY = 1_440 * MINUTE

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function started(options: Partial<PlatformOptions> = {}): Promise<TestPlatform> {
  const platform = await startTestPlatform(options)
  ends.push(() => platform.platform.stop())
  return platform
}

const REGISTER = `mutation ($input: RegisterConnectorsManagerInput!) {
  registerConnectorsManager(input: $input) { id name active about_version last_sync_execution }
}`
const ADD = `mutation ($input: AddManagedConnectorInput!) {
  managedConnectorAdd(input: $input) {
    id name manager_requested_status manager_current_status manager_contract_image connector_user { name }
  }
}`
const FOR_MANAGERS = `{ connectorsForManagers {
  id name manager_contract_hash manager_contract_image manager_current_status manager_requested_status
  manager_contract_configuration { key value encrypted }
} }`

const register = ({ ask }: TestPlatform, id = 'manager-1', key = KEY.pkcs1) =>
  ask(REGISTER, { variables: { input: { id, name: 'Test manager', public_key: key } } })

const otx = (more: object = {}) => ({
  name: 'AlienVault, first!',
  user_id: 'none',
  automatic_user: true,
  catalog_id: CATALOG,
  manager_contract_image: 'opencti/connector-alienvault',
  manager_contract_configuration: [
    { key: 'ALIENVAULT_API_KEY', value: 'not-a-real-key' },
    { key: 'ALIENVAULT_TLP', value: 'green' },
  ],
  ...more,
})
const add = ({ ask }: TestPlatform, more: object = {}) => ask(ADD, { variables: { input: otx(more) } })

interface Entry {
  readonly key: string
  readonly value: string
  readonly encrypted: boolean
}
const entriesOf = (entries: Entry[]) => Object.fromEntries(entries.map((entry) => [entry.key, entry]))
const opened = (entry: Entry | undefined): string => decrypt(entry?.value ?? '', KEY.privateKey).expose()

describe('managers', () => {
  it('one registers, pings and is listed; it is active for five minutes', async () => {
    const platform = await started()
    const { ask, clock } = platform
    const { data } = await register(platform)
    expect(data.registerConnectorsManager).toMatchObject({
      id: 'manager-1',
      name: 'Test manager',
      active: true,
      about_version: '7.261101.0',
    })
    const list = '{ connectorManagers { id public_key active last_sync_execution } }'
    await clock.pass(5 * MINUTE)
    expect((await ask(list)).data.connectorManagers).toMatchObject([{ active: false, public_key: KEY.pkcs1 }])
    const ping = await ask(
      'mutation { updateConnectorManagerStatus(input: { id: "manager-1" }) { id about_version active } }',
    )
    expect(ping.data.updateConnectorManagerStatus).toMatchObject({ id: 'manager-1', active: true })
    expect(
      (await ask('{ connectorManager(managerId: "manager-1") { name } }')).data.connectorManager.name,
    ).toBe('Test manager')
  })

  it('a second id is refused as OpenCTI refuses it, an unknown one cannot ping', async () => {
    const platform = await started({ as: 'opencti-7' })
    await register(platform)
    await platform.clock.pass(30 * DAY)
    const second = await register(platform, 'manager-2')
    expect(codeOf(second)).toBe('UNSUPPORTED_ERROR')
    expect(second.errors?.[0].message).toBe('Only one connector manager is supported per instance')
    const ping = await platform.ask(
      'mutation { updateConnectorManagerStatus(input: { id: "manager-2" }) { id } }',
    )
    expect(codeOf(ping)).toBe('FUNCTIONAL_ERROR')
    expect(ping.errors?.[0].message).toBe('Cant find element to update')
  })

  it('this platform lets another one take over once the first fell silent', async () => {
    const platform = await started()
    await register(platform)
    expect(codeOf(await register(platform, 'manager-2'))).toBe('UNSUPPORTED_ERROR')
    await platform.clock.pass(5 * MINUTE)
    expect((await register(platform, 'manager-2')).data.registerConnectorsManager.id).toBe('manager-2')
  })
})

describe('a managed connector', () => {
  it('is added with its own account and sealed secrets, and is handed to the composer with a token', async () => {
    const platform = await started()
    await register(platform)
    const added = (await add(platform)).data.managedConnectorAdd
    expect(added).toMatchObject({
      name: 'alienvault-first',
      manager_requested_status: 'stopped',
      manager_current_status: null,
      manager_contract_image: 'opencti/connector-alienvault:7.261101.0',
      connector_user: { name: '[C] AlienVault, first!' },
    })
    const [listed] = (await platform.ask(FOR_MANAGERS)).data.connectorsForManagers
    expect(listed).toMatchObject({ id: added.id, manager_contract_hash: expect.stringMatching(/^\w{8,}$/) })
    const entries = entriesOf(listed.manager_contract_configuration)
    expect(entries).toMatchObject({
      ALIENVAULT_TLP: { value: 'green', encrypted: false },
      ALIENVAULT_BASE_URL: { value: 'https://otx.alienvault.com', encrypted: false },
      ALIENVAULT_API_KEY: { encrypted: true },
      CONNECTOR_ID: { value: added.id },
      CONNECTOR_NAME: { value: 'alienvault-first' },
      CONNECTOR_TYPE: { value: 'EXTERNAL_IMPORT' },
      OPENCTI_TOKEN: { encrypted: true },
    })
    expect(Object.keys(entries)).toHaveLength(listed.manager_contract_configuration.length)
    expect(opened(entries.ALIENVAULT_API_KEY)).toBe('not-a-real-key')
    const token = opened(entries.OPENCTI_TOKEN)
    expect(token).toMatch(ISSUED_TOKEN_PATTERN)
    const me = await platform.ask('{ me { name api_tokens { name expires_at } } }', { token })
    expect(me.data.me).toEqual({
      name: '[C] AlienVault, first!',
      api_tokens: [{ name: 'Composer managed token', expires_at: null }],
    })
  })

  it('tells people nothing that is sealed, and makes no token by being looked at', async () => {
    const platform = await started()
    await register(platform)
    await add(platform)
    const look = `{ connectors {
      name title is_managed manager_contract_hash version slug manager_requested_status
      manager_contract_configuration { key value } manager_contract_excerpt { title slug } manager_contract_definition
      manager_health_metrics { restart_count } manager_connector_logs connector_user { id }
    } }`
    const [before] = (await platform.ask(look)).data.connectors
    expect(before).toMatchObject({
      title: 'AlienVault, first!',
      is_managed: true,
      version: '7.261101.0',
      slug: 'alienvault',
      manager_contract_excerpt: { title: 'AlienVault OTX' },
      manager_health_metrics: null,
      manager_connector_logs: [],
    })
    expect(JSON.parse(before.manager_contract_definition)).toMatchObject({ slug: 'alienvault' })
    const keys = before.manager_contract_configuration.map(({ key }: Entry) => key)
    expect(keys).toContain('ALIENVAULT_TLP')
    expect(keys).not.toContain('ALIENVAULT_API_KEY')
    const tokens = await platform.ask(`{ user(id: "${before.connector_user.id}") { api_tokens { id } } }`)
    expect(tokens.data.user.api_tokens).toEqual([])
    const [forManager] = (await platform.ask(FOR_MANAGERS)).data.connectorsForManagers
    const [after] = (await platform.ask(look)).data.connectors
    expect(after.manager_contract_hash).toBe(forManager.manager_contract_hash)
  })

  it('keeps its ciphertexts and its hash until something changes; a revoked token is made anew', async () => {
    const platform = await started()
    await register(platform)
    const { id } = (await add(platform)).data.managedConnectorAdd
    const poll = async () => (await platform.ask(FOR_MANAGERS)).data.connectorsForManagers[0]
    const first = await poll()
    await platform.clock.pass(6 * DAY)
    expect(await poll()).toEqual(first)
    // Each poll puts the end off: seven days after the first, not after the last.
    await platform.clock.pass(6 * DAY)
    expect(await poll()).toEqual(first)

    const userId = (await platform.ask(`{ connector(id: "${id}") { connector_user_id } }`)).data.connector
      .connector_user_id
    const tokensOf = async () =>
      (await platform.ask(`{ user(id: "${userId}") { api_tokens { id } } }`)).data.user.api_tokens
    const [token] = await tokensOf()
    await platform.ask(`mutation { userAdminTokenRevoke(userId: "${userId}", id: "${token.id}") }`)
    const renewed = await poll()
    expect(renewed.manager_contract_hash).not.toBe(first.manager_contract_hash)
    expect(await tokensOf()).toHaveLength(1)

    // Nobody asked for a week: the copy is gone, the old token with it.
    await platform.clock.pass(7 * DAY)
    const [old] = await tokensOf()
    expect((await poll()).manager_contract_hash).not.toBe(renewed.manager_contract_hash)
    expect(await tokensOf()).toEqual([{ id: expect.not.stringMatching(old.id) }])

    const last = (await poll()).manager_contract_hash
    await platform.ask(`mutation { resetStateConnector(id: "${id}") { id } }`)
    expect((await poll()).manager_contract_hash).not.toBe(last)
  })

  it('is edited: a secret left out or given back sealed stays, a new one is sealed anew', async () => {
    const platform = await started()
    await register(platform)
    const { id } = (await add(platform)).data.managedConnectorAdd
    const userId = (await platform.ask('{ connectors { connector_user_id } }')).data.connectors[0]
      .connector_user_id
    const edit = async (settings: object[]) => {
      const answer = await platform.ask(
        `mutation ($input: EditManagedConnectorInput!) { managedConnectorEdit(input: $input) {
           name manager_contract_configuration { key value encrypted } } }`,
        {
          variables: {
            input: {
              id,
              name: 'otx',
              title: 'OTX',
              connector_user_id: userId,
              manager_contract_configuration: settings,
            },
          },
        },
      )
      return {
        ...answer,
        entries: entriesOf(answer.data?.managedConnectorEdit?.manager_contract_configuration ?? []),
      }
    }
    const kept = await edit([{ key: 'ALIENVAULT_TLP', value: 'red' }])
    expect(kept.data.managedConnectorEdit.name).toBe('otx')
    expect(kept.entries.ALIENVAULT_TLP?.value).toBe('red')
    expect(opened(kept.entries.ALIENVAULT_API_KEY)).toBe('not-a-real-key')
    const sealed = kept.entries.ALIENVAULT_API_KEY?.value ?? ''
    const given = await edit([{ key: 'ALIENVAULT_API_KEY', value: sealed }])
    expect(given.entries.ALIENVAULT_API_KEY?.value).toBe(sealed)
    const changed = await edit([{ key: 'ALIENVAULT_API_KEY', value: 'another-fake-key' }])
    expect(opened(changed.entries.ALIENVAULT_API_KEY)).toBe('another-fake-key')
  })

  it('what does not fit is refused in OpenCTI’s words, and nothing is left of it', async () => {
    const platform = await started({ seed: 'demo' })
    const refused = async (more: object) => {
      const answer = await add(platform, more)
      return `${codeOf(answer)}: ${answer.errors?.[0].message}`
    }
    const users = async () =>
      (await platform.ask('{ users(first: 1) { pageInfo { globalCount } } }')).data.users.pageInfo.globalCount
    const before = await users()
    await platform.clock.pass(5 * MINUTE)
    await register(platform)
    expect(await refused({ catalog_id: 'other' })).toBe('UNSUPPORTED_ERROR: Target contract not found')
    expect(await refused({ manager_contract_image: 'opencti/connector-misp' })).toBe(
      'UNSUPPORTED_ERROR: You have not chosen a connector supported by the manager',
    )
    expect(await refused({ automatic_user: false })).toBe('FUNCTIONAL_ERROR: Connector user not found')
    expect(await refused({ name: '!' })).toMatch(/^FUNCTIONAL_ERROR/)
    const settings = (...entries: [string, string][]) => ({
      manager_contract_configuration: entries.map(([key, value]) => ({ key, value })),
    })
    expect(await refused(settings())).toMatch(
      /^FUNCTIONAL_ERROR: Invalid contract configuration for AlienVault OTX: - ALIENVAULT_API_KEY: /,
    )
    const wrong = await refused(settings(['ALIENVAULT_API_KEY', 'x'], ['ALIENVAULT_TLP', 'mauve-secret']))
    expect(wrong).toContain('- ALIENVAULT_TLP: ')
    expect(wrong).not.toContain('mauve-secret')
    const token = (await platform.generate()).plaintext_token
    expect(await refused(settings(['ALIENVAULT_API_KEY', 'x'], ['NOTE', token]))).toMatch(/NOTE contains/)
    expect(await users()).toBe(before)

    expect(codeOf(await add(platform))).toBeUndefined()
    expect(await refused({ name: 'alienvault first' })).toBe(
      'FUNCTIONAL_ERROR: CONNECTOR_NAME_ALREADY_EXISTS',
    )
    expect(await users()).toBe(before + 1)
  })

  it('without a manager, or with one whose key seals nothing, none is added', async () => {
    const platform = await started()
    const alone = await add(platform)
    expect(alone.errors?.[0].message).toBe('There is no connector manager configured')
    await register(platform, 'manager-1', 'no key at all')
    expect((await add(platform)).errors?.[0].message).toMatch(/public key/)
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await register(platform, 'manager-1', publicKey.export({ type: 'spki', format: 'pem' }).toString())
    expect((await add(platform)).errors?.[0].message).toMatch(/public key/)
  })

  it('is asked to start and stop, reports, and is deleted', async () => {
    const platform = await started()
    const { ask, clock } = platform
    await register(platform)
    const { id } = (await add(platform)).data.managedConnectorAdd
    const requested = await ask(
      `mutation { updateConnectorRequestedStatus(input: { id: "${id}", status: starting }) { manager_requested_status } }`,
    )
    expect(requested.data.updateConnectorRequestedStatus.manager_requested_status).toBe('starting')
    await ask(`mutation { updateConnectorCurrentStatus(input: { id: "${id}", status: started }) { id } }`)
    const startedAt = new Date(clock.now() - 90_000).toISOString()
    await ask(
      `mutation { updateConnectorHealth(input: { id: "${id}", restart_count: 2, started_at: "${startedAt}", is_in_reboot_loop: true }) }`,
    )
    await ask(`mutation { updateConnectorLogs(input: { id: "${id}", logs: ["first", "second"] }) }`)
    await ask(`mutation { updateConnectorLogs(input: { id: "${id}", logs: ["third"] }) }`)
    const look = async () =>
      (
        await ask(`{ connector(id: "${id}") {
          manager_current_status manager_connector_logs manager_connector_uptime
          manager_health_metrics { restart_count started_at last_update is_in_reboot_loop } } }`)
      ).data.connector
    expect(await look()).toEqual({
      manager_current_status: 'started',
      manager_connector_logs: ['third'],
      manager_connector_uptime: 90,
      manager_health_metrics: {
        restart_count: 2,
        started_at: startedAt,
        last_update: new Date(clock.now()).toISOString(),
        is_in_reboot_loop: true,
      },
    })
    await clock.pass(5 * MINUTE)
    expect(await look()).toMatchObject({ manager_health_metrics: null, manager_connector_uptime: null })
    expect((await ask(`mutation { deleteConnector(id: "${id}") }`)).data.deleteConnector).toBe(id)
    expect((await ask(FOR_MANAGERS)).data.connectorsForManagers).toEqual([])
    const { data } = await ask(
      '{ audits(types: ["Activity"]) { edges { node { event_scope context_data { entity_type message } } } } }',
    )
    const told = data.audits.edges.map(
      ({ node }: { node: { context_data: { message: string } } }) => node.context_data.message,
    )
    expect(told).toEqual(
      expect.arrayContaining([
        'creates connector `alienvault-first`',
        'asks connector `alienvault-first` to start',
        'deletes connector `alienvault-first`',
      ]),
    )
  })

  it('no secret and no token of a connector lies in a file or in the log', async () => {
    const platform = await startTestPlatform()
    await register(platform)
    const secret = 'not-a-real-key-but-a-canary'
    await add(platform, { manager_contract_configuration: [{ key: 'ALIENVAULT_API_KEY', value: secret }] })
    const [listed] = (await platform.ask(FOR_MANAGERS)).data.connectorsForManagers
    const token = opened(entriesOf(listed.manager_contract_configuration).OPENCTI_TOKEN)
    await platform.platform.stop()
    for (const value of [secret, token]) {
      const found = findCanary(platform.dataFolder, value)
      expect(found.files).toBeGreaterThan(0)
      expect(found.hits).toEqual([])
      expect(platform.lines.join()).not.toContain(value)
    }
  })

  it('everything is there again after a restart', async () => {
    const first = await startTestPlatform()
    await register(first)
    const { id } = (await add(first)).data.managedConnectorAdd
    await first.ask(`mutation { updateConnectorLogs(input: { id: "${id}", logs: ["kept"] }) }`)
    await first.ask(
      `mutation { updateConnectorHealth(input: { id: "${id}", restart_count: 1, started_at: "2026-01-15T11:00:00Z", is_in_reboot_loop: false }) }`,
    )
    const all = `{ connectorManagers { id public_key } connector(id: "${id}") { manager_connector_logs manager_contract_hash manager_health_metrics { restart_count } } }`
    const polled = (await first.ask(FOR_MANAGERS)).data
    const before = (await first.ask(all)).data
    await first.platform.stop()
    const again = await started({ dataFolder: first.dataFolder })
    expect((await again.ask(all)).data).toEqual(before)
    expect((await again.ask(FOR_MANAGERS)).data).toEqual(polled)
  })
})

describe('rights and bounds', () => {
  it('each operation asks for its capability', async () => {
    const platform = await started({ seed: 'demo' })
    const tokenOf = async (name: string) =>
      (await platform.generate(await platform.userIdOf(name))).plaintext_token
    const [reader, connector] = [await tokenOf('佐藤'), await tokenOf('[C] MITRE')]
    const input = { id: 'm', name: 'Manager', public_key: KEY.pkcs1 }
    const id = (await platform.ask('{ connectors { id } }')).data.connectors[0].id
    const code = async (token: string | null, query: string, variables = {}) =>
      codeOf(await platform.ask(query, { token, variables }))
    for (const [query, forConnector] of [
      [FOR_MANAGERS, 'FORBIDDEN_ACCESS'],
      ['{ connectorManagers { id } }', undefined],
      ['{ catalogs { id } }', undefined],
      [
        `mutation { updateConnectorRequestedStatus(input: { id: "${id}", status: starting }) { id } }`,
        'FORBIDDEN_ACCESS',
      ],
      [`mutation { deleteConnector(id: "${id}") }`, 'FORBIDDEN_ACCESS'],
      [`mutation { resetStateConnector(id: "${id}") { id } }`, 'FORBIDDEN_ACCESS'],
    ] as const) {
      expect(await code(null, query)).toBe('AUTH_REQUIRED')
      expect(await code(reader, query)).toBe('FORBIDDEN_ACCESS')
      expect(await code(connector, query)).toBe(forConnector)
    }
    for (const query of [
      REGISTER,
      `mutation { updateConnectorManagerStatus(input: { id: "m" }) { id } }`,
      `mutation { updateConnectorCurrentStatus(input: { id: "${id}", status: started }) { id } }`,
      `mutation { updateConnectorLogs(input: { id: "${id}", logs: [] }) }`,
      `mutation { updateConnectorHealth(input: { id: "${id}", restart_count: 1, started_at: "2026-01-15T11:00:00Z", is_in_reboot_loop: false }) }`,
    ]) {
      const variables = query === REGISTER ? { input } : {}
      expect(await code(null, query, variables)).toBe('AUTH_REQUIRED')
      expect(await code(reader, query, variables)).toBe('FORBIDDEN_ACCESS')
      expect(await code(connector, query, variables)).not.toBe('FORBIDDEN_ACCESS')
    }
  })

  it('nobody gets a token of an account above their own by way of a connector', async () => {
    const platform = await started({ seed: 'demo' })
    await platform.clock.pass(5 * MINUTE)
    await register(platform)
    const connector = (await platform.generate(await platform.userIdOf('[C] MITRE'))).plaintext_token
    const admin = (await platform.ask('{ me { id } }')).data.me.id
    const answer = await platform.ask(ADD, {
      token: connector,
      variables: { input: otx({ automatic_user: false, user_id: admin }) },
    })
    expect(codeOf(answer)).toBe('FORBIDDEN_ACCESS')
  })

  it('without Enterprise Edition OpenCTI adds none, with one it does', async () => {
    const without = await started({ as: 'opencti-7' })
    await register(without)
    expect((await add(without)).errors?.[0]).toMatchObject({
      message: 'Enterprise edition is not enabled',
      extensions: { code: 'UNSUPPORTED_ERROR' },
    })
    const withOne = await started({ as: 'opencti-7', enterprise: true })
    await register(withOne)
    expect((await add(withOne)).errors).toBeUndefined()
    const { data } = await withOne.ask('{ catalogs { id contracts } }')
    expect(data.catalogs.map(({ id }: { id: string }) => id)).toEqual([CATALOG])
  })

  it('before 7 secrets are sealed by PKCS#1 v1.5 and the token of the user goes in plaintext', async () => {
    const platform = await started({ as: 'opencti-6.9', enterprise: true })
    await register(platform)
    await add(platform)
    const [listed] = (await platform.ask(FOR_MANAGERS)).data.connectorsForManagers
    const entries = entriesOf(listed.manager_contract_configuration)
    expect(Buffer.from(entries.ALIENVAULT_API_KEY?.value ?? '', 'base64')[0]).toBe(1)
    expect(opened(entries.ALIENVAULT_API_KEY)).toBe('not-a-real-key')
    expect(entries.OPENCTI_TOKEN).toMatchObject({
      encrypted: false,
      value: expect.stringMatching(/^[\da-f-]{36}$/),
    })
  })

  it('hostile reports are bounded, redacted and checked', async () => {
    const platform = await started()
    await register(platform)
    const { id } = (await add(platform)).data.managedConnectorAdd
    const token = (await platform.generate()).plaintext_token
    const push = (logs: unknown) =>
      platform.ask('mutation ($input: LogsConnectorStatusInput!) { updateConnectorLogs(input: $input) }', {
        variables: { input: { id, logs } },
      })
    await push([
      `Authorization: Bearer ${token}`,
      'x'.repeat(100_000),
      'مرحبا \u202e\0<script>',
      ...Array(5_000).fill('line'),
    ])
    const logs = async () =>
      (await platform.ask(`{ connector(id: "${id}") { manager_connector_logs } }`)).data.connector
        .manager_connector_logs
    expect(await logs()).toHaveLength(1_000)
    await push([`Authorization: Bearer ${token}`, 'x'.repeat(100_000), 'مرحبا \u202e\0<script>'])
    const [redacted, long, odd] = await logs()
    expect(redacted).not.toContain(token.slice(20))
    expect(long.length).toBeLessThan(8_300)
    expect(odd).toBe('مرحبا \u202e\0<script>')

    for (const started_at of ['yesterday', '', '5', '99999999999999'])
      expect(
        codeOf(
          await platform.ask(
            'mutation ($input: HealthConnectorStatusInput!) { updateConnectorHealth(input: $input) }',
            {
              variables: { input: { id, restart_count: 1, started_at, is_in_reboot_loop: false } },
            },
          ),
        ),
      ).toBe('FUNCTIONAL_ERROR')
    for (const input of [
      { id: '', name: 'xx', public_key: 'k' },
      { id: 'm', name: ' ', public_key: 'k' },
      { id: 'm', name: 'xx', public_key: 'k'.repeat(20_000) },
    ])
      expect(codeOf(await platform.ask(REGISTER, { variables: { input } }))).toBe('FUNCTIONAL_ERROR')
    expect(
      codeOf(await platform.ask('mutation { updateConnectorLogs(input: { id: "none", logs: [] }) }')),
    ).toBe('FUNCTIONAL_ERROR')
  })
})

describe('the demo', () => {
  it('shows a composer that fell silent: what was asked for, what it last reported, no evidence; another may take over', async () => {
    const platform = await started({ seed: 'demo' })
    const { data } = await platform.ask(`{
      connectorManagers { name active public_key }
      connectors { name manager_requested_status manager_current_status manager_health_metrics { restart_count }
        manager_connector_logs manager_contract_hash update_available latest_compatible_version version connector_user_id
        manager_contract_configuration { key value } }
    }`)
    expect(data.connectorManagers).toMatchObject([{ name: 'Demo composer', active: false }])
    const byName = Object.fromEntries(data.connectors.map((each: { name: string }) => [each.name, each]))
    expect(byName.alienvault).toMatchObject({
      manager_requested_status: 'starting',
      manager_current_status: 'started',
      manager_health_metrics: null,
      update_available: true,
      version: '7.260801.0',
      latest_compatible_version: '7.261101.0',
    })
    expect(byName.alienvault.manager_connector_logs).not.toEqual([])
    expect(JSON.stringify(byName)).not.toContain('ALIENVAULT_API_KEY')
    expect(byName.mitre).toMatchObject({
      manager_requested_status: 'starting',
      manager_current_status: 'stopped',
      update_available: false,
    })
    expect(byName['cisa-kev']).toMatchObject({
      manager_requested_status: 'stopped',
      manager_current_status: null,
      connector_user_id: null,
    })
    expect(byName.virustotal).toMatchObject({
      manager_requested_status: null,
      manager_contract_hash: null,
      connector_user_id: expect.any(String),
    })
    expect((await register(platform)).errors).toBeUndefined()
    // What was sealed for the one before stays sealed: the new composer cannot open it.
    const polled = (await platform.ask(FOR_MANAGERS)).data.connectorsForManagers
    const otx = polled.find(({ name }: { name: string }) => name === 'alienvault')
    const entries = entriesOf(otx.manager_contract_configuration)
    expect(() => opened(entries.ALIENVAULT_API_KEY)).toThrow()
    expect(opened(entries.OPENCTI_TOKEN)).toMatch(ISSUED_TOKEN_PATTERN)
  })
})
