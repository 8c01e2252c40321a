import { spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { ComposerView } from '#shared/contract/composer.ts'
import type { HeartbeatStatus } from '#shared/contract/heartbeat.ts'
import { disguises } from '../support/canary.ts'
import { consoleRig } from '../support/console-rig.ts'
import { fakeOpenCti } from '../support/fake-opencti.ts'
import { memorySecretStore } from '../support/memory-secret-store.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const random = (bytes: number): string => randomBytes(bytes).toString('base64url')

/** One for each place that a bundle is made of, and each way in which a secret gets into a log. */
const CANARIES = {
  /** as an older platform has them: nothing but its value tells it from an id */
  connectionToken: randomUUID(),
  connectionName: `Bunker ${random(6)}`,
  person: `Alma ${random(6)}`,
  template: `flgrn_octi_tkn_${random(36)}`,
  pattern: `pattern-${random(9)}-*`,
  healthKey: random(24),
  registryUser: `puller-${random(6)}`,
  registryPassword: random(18),
  composerToken: `flgrn_octi_tkn_${random(36)}`,
  childWords: `flgrn_octi_tkn_${random(36)}`,
  logToken: `flgrn_octi_tkn_${random(36)}`,
  logBearer: random(30),
  logPassword: `Pw-${random(6)}`,
  logProxyLogin: `pw${random(6)}`,
  logKey: randomBytes(32).toString('base64'),
  logHex: randomBytes(32).toString('hex'),
  logHost: `cti-${randomBytes(4).toString('hex')}.corp.example`,
  logMail: `someone.${randomBytes(4).toString('hex')}@corp.example`,
}

function plantLog(folder: string): void {
  const lines = [
    { msg: 'request', authorization: `Bearer ${CANARIES.logBearer}` },
    { msg: `token ${CANARIES.logToken} was seen, the connection's is ${CANARIES.connectionToken}` },
    { msg: `connected with password=${CANARIES.logPassword}` },
    { msg: `proxy http://user:${CANARIES.logProxyLogin}@${CANARIES.logHost}:3128 says no` },
    { msg: `getaddrinfo ENOTFOUND ${CANARIES.logHost}` },
    { msg: `key ${CANARIES.logKey} and ${CANARIES.logHex}` },
    { msg: `GET /health?health_access_key=${CANARIES.healthKey}` },
    { msg: `${CANARIES.person} <${CANARIES.logMail}> of ${CANARIES.connectionName}` },
  ]
  mkdirSync(join(folder, 'logs'), { recursive: true })
  writeFileSync(
    join(folder, 'logs', 'gatehouse.log'),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  )
}

/** A profile that holds a canary in each place. */
async function plantedProfile() {
  const platform = await fakeOpenCti({ token: CANARIES.connectionToken })
  ends.push(() => platform.close())
  const admin = platform.users[0]
  if (admin) admin.name = CANARIES.person
  const keychain = memorySecretStore()
  const rig = consoleRig({
    keychain,
    spawnPlatform: () => {
      throw new Error(`It died holding ${CANARIES.childWords}`)
    },
  })
  ends.push(() => rig.console.dispose())
  const { client, folder } = rig
  plantLog(folder)
  await rig.console.start()
  const { id } = await client.connections.add({
    name: CANARIES.connectionName,
    url: platform.url,
    token: CANARIES.connectionToken,
    caPem: null,
    proxy: null,
    remember: true,
  })
  await client.settings.change({
    tokenNameTemplate: CANARIES.template,
    tokenPolicy: { maxLifetimeDays: 30, noUnlimited: true, namePattern: CANARIES.pattern },
  })
  await client.heartbeat.setHealthKey({ connectionId: id, key: CANARIES.healthKey })
  const { settings } = (await (await client.composer.watch()).next()).value as ComposerView
  await client.composer.save({
    settings: { ...settings, registry: { server: CANARIES.logHost, username: CANARIES.registryUser } },
    secrets: { token: CANARIES.composerToken, registryPassword: CANARIES.registryPassword },
  })
  const monitors = await client.heartbeat.watch()
  while (((await monitors.next()).value as HeartbeatStatus).monitors.length === 0);
  await monitors.return?.()
  return rig
}

/** Which canaries a text gives away, in any disguise. */
function leaksOf(text: string): string[] {
  const bytes = Buffer.from(text)
  return Object.entries(CANARIES)
    .filter(([, canary]) => disguises(canary).some((look) => bytes.includes(look)))
    .map(([name]) => name)
}

it('nothing secret gets from any source into the bundle, and everything that helps does', async () => {
  const { client, folder } = await plantedProfile()
  const { fileName, text } = await client.diagnostics.make()
  expect(fileName).toMatch(/^gatehouse-diagnostics-.*\.json$/)
  expect(leaksOf(text)).toEqual([])

  const { parts } = JSON.parse(text)
  expect(Object.keys(parts)).toEqual([
    'versions',
    'settings',
    'connections',
    'system',
    'monitors',
    'ledger',
    'composer',
    'logs',
  ])
  expect(parts.settings.tokenPolicy.maxLifetimeDays).toBe(30)
  expect(parts.connections[1].state).toMatchObject({ phase: 'ready', platform: { version: '7.260401.0' } })
  expect(parts.system.localPlatform.lastLines).toEqual(['It died holding flgrn_octi_tkn_[redacted]'])
  expect(parts.monitors.monitors.length).toBeGreaterThan(0)
  expect(parts.ledger).toMatchObject({ state: 'whole' })
  expect(parts.composer.secrets).toEqual({
    token: 'keychain',
    portainerKey: 'none',
    registryPassword: 'keychain',
  })
  // One thing can be followed through the whole bundle.
  expect(parts.logs.join('\n')).toContain(`ENOTFOUND ${parts.composer.settings.registry.server}`)

  // The search finds what is not masked: the log itself has the canaries that were planted there.
  const planted = leaksOf(readFileSync(join(folder, 'logs', 'gatehouse.log'), 'utf8'))
  expect(planted).toEqual(
    expect.arrayContaining(['connectionToken', 'healthKey', 'logHost', 'logKey', 'person']),
  )
})

it('what the ledger holds stays in it', async () => {
  const rig = await plantedProfile()
  expect(JSON.stringify(rig.ledger())).toContain(CANARIES.connectionName)
  const { parts } = JSON.parse((await rig.client.diagnostics.make()).text)
  expect(Object.keys(parts.ledger).sort()).toEqual(['checkedAt', 'records', 'state', 'unchecked'])
})

const COMMAND = join(import.meta.dirname, '..', '..', 'scripts', 'diagnostics.ts')

function command(args: string[], cwd: string) {
  return spawnSync(process.execPath, [COMMAND, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'disabled:', NODE_NO_WARNINGS: '1' },
  })
}

it('the command makes one from the files, beside a running console, and overwrites nothing', async () => {
  const { client, folder } = await plantedProfile()
  await client.activity.verify()
  const here = mkdtempSync(join(tmpdir(), 'gatehouse-diagnostics-'))
  ends.push(() => rmSync(here, { recursive: true }))

  const made = command(['--data', folder, '--out', 'bundle.json'], here)
  expect(made.stderr).toBe('')
  expect(made.status).toBe(0)
  expect(made.stdout).toContain('Read it before you send it.')
  const file = join(here, 'bundle.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const text = readFileSync(file, 'utf8')
  // Only the platform could have told it the person's name; the command's last line says: read it.
  expect(leaksOf(text)).toEqual(['person'])
  const { parts } = JSON.parse(text)
  expect(parts.versions.host).toBe('command')
  expect(parts.connections).toHaveLength(1)
  expect(parts.system.keychain.state).toBe('missing')
  // The profile's key lies in a keychain that this command cannot reach: order is checked, content is not.
  expect(parts.ledger).toMatchObject({ state: 'whole' })
  expect(parts.ledger.unchecked).toBe(parts.ledger.records)

  expect(command(['--data', folder, '--out', 'bundle.json'], here).stderr).toContain('EEXIST')
  expect(command(['--data', folder, '--print'], here).stdout).toContain('"format": "gatehouse-diagnostics/1"')
  expect(command(['--data', join(here, 'nowhere')], here)).toMatchObject({ status: 1 })
  expect(command(['--wrong'], here)).toMatchObject({ status: 2 })
})
