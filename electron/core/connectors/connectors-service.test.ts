import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectorsDelta } from '#shared/contract/connectors.ts'
import { consoleRig, problemOf } from '../../../tests/support/console-rig.ts'
import { type FakeOpenCti, fakeOpenCti } from '../../../tests/support/fake-opencti.ts'

/** What the real platform never does: lost answers, a wish that is not kept, a wrong clock, an older schema. */
let platform: FakeOpenCti
let rig: ReturnType<typeof consoleRig>
let connectionId: string
let connector: Record<string, unknown>
let managers: unknown[]
/** operations that this platform does not know */
let unknown: Set<string>
/** how the mutation ends: as asked, without effect, or done and the answer lost */
let deed: 'done' | 'ignored' | 'cut-after' | 'cut-before' | 'refused'

const SKEW = 10 * 60_000

beforeEach(async () => {
  platform = await fakeOpenCti()
  rig = consoleRig()
  connectionId = await rig.connect(platform.url)
  unknown = new Set()
  deed = 'done'
  managers = []
  connector = {
    id: 'c1',
    name: 'otx',
    title: 'OTX',
    active: true,
    connector_type: 'EXTERNAL_IMPORT',
    is_managed: true,
    manager_requested_status: 'stopped',
    manager_current_status: null,
    manager_contract_image: 'image:1',
    manager_contract_hash: 'h1',
    manager_health_metrics: null,
  }
  platform.misbehave = ({ operation, variables }, response) => {
    const send = (body: object): true => {
      response.setHeader('date', new Date(Date.now() + platform.skewMs).toUTCString())
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(body))
      return true
    }
    if (unknown.has(operation)) {
      const extensions = { code: 'GRAPHQL_VALIDATION_FAILED' }
      return send({ errors: [{ message: 'Cannot query field "x" on type "Connector".', extensions }] })
    }
    switch (operation) {
      case 'ConnectorsNewest':
      case 'ConnectorsEarlier':
        return send({ data: { connectors: [connector, { id: 7 }] } })
      case 'ConnectorsOld':
        return send({ data: { connectors: [{ id: 'c1', name: 'otx', active: true }] } })
      case 'ConnectorManagers':
        return send({ data: { connectorManagers: managers } })
      case 'ConnectorRequestStatus': {
        if (deed === 'refused') {
          const extensions = { code: 'FORBIDDEN_ACCESS' }
          return send({ data: null, errors: [{ message: 'You are not allowed to do this.', extensions }] })
        }
        const { status } = variables.input as { status: string }
        if (deed === 'done' || deed === 'cut-after') connector.manager_requested_status = status
        if (deed.startsWith('cut')) response.destroy()
        else send({ data: { updateConnectorRequestedStatus: { id: 'c1' } } })
        return true
      }
      default:
        return false
    }
  }
})
afterEach(async () => {
  await rig.console.dispose()
  await platform.close()
})

const start = () => rig.client.connectors.start({ connectionId, connectorId: 'c1' })
const outcome = () => rig.ledger().at(-1)

async function read(): Promise<ConnectorsDelta> {
  await rig.client.connectors.refresh({ connectionId })
  const stream = await rig.client.connectors.watch({ connectionId })
  const { value } = await stream.next()
  await stream.return?.()
  return value as ConnectorsDelta
}

describe('start', () => {
  it('is done when the platform lists the wish', async () => {
    await start()
    expect(outcome()).toMatchObject({ action: 'connector.start', result: 'done', requested: 'starting' })
  })

  it('that the platform took and did not keep is said to be so', async () => {
    deed = 'ignored'
    expect(await problemOf(start())).toMatchObject({ code: 'not-as-asked' })
    expect(outcome()).toMatchObject({ result: 'failed', problem: 'not-as-asked', requested: 'stopping' })
  })

  it('whose answer was lost is done when the list says so, and is never asked twice', async () => {
    deed = 'cut-after'
    await start()
    expect(outcome()).toMatchObject({ result: 'done', answer: 'cut' })
    expect(platform.asked.filter(({ operation }) => operation === 'ConnectorRequestStatus')).toHaveLength(1)
  })

  it('that was lost on the way is a failure with its reason', async () => {
    deed = 'cut-before'
    expect(await problemOf(start())).toMatchObject({ code: 'cut' })
    expect(outcome()).toMatchObject({ result: 'failed' })
  })

  it('that was refused changes nothing, and no list is asked for it', async () => {
    deed = 'refused'
    expect(await problemOf(start())).toMatchObject({ code: 'forbidden' })
    expect(outcome()).toMatchObject({ result: 'failed', problem: 'forbidden' })
    const after = platform.asked.slice(
      platform.asked.findIndex(({ operation }) => operation === 'ConnectorRequestStatus') + 1,
    )
    expect(after.map(({ operation }) => operation)).not.toContain('ConnectorsNewest')
  })

  it('of a connector that no composer runs is not asked', async () => {
    connector.is_managed = false
    expect(await problemOf(start())).toMatchObject({ code: 'connector-not-found' })
    expect(platform.asked.some(({ operation }) => operation === 'ConnectorRequestStatus')).toBe(false)
  })
})

describe('what is shown', () => {
  it('has the times of our clock, however wrong the platform’s is', async () => {
    platform.skewMs = SKEW
    const at = Date.now() + SKEW - 20_000
    connector.manager_health_metrics = {
      restart_count: 1,
      started_at: new Date(at - 60_000).toISOString(),
      last_update: new Date(at).toISOString(),
      is_in_reboot_loop: false,
    }
    connector.last_seen_at = new Date(at).toISOString()
    managers = [
      {
        id: 'm',
        name: 'M',
        last_sync_execution: new Date(at).toISOString(),
        about_version: '7',
        active: true,
      },
    ]
    const { changed, managers: shown, clockSkewMs } = await read()
    expect(Math.abs(clockSkewMs - SKEW)).toBeLessThan(10_000)
    const near = (time: number | null | undefined, agoMs: number): void =>
      expect(Math.abs(Date.now() - (time ?? 0) - agoMs)).toBeLessThan(10_000)
    near(changed[0]?.health?.at, 20_000)
    near(changed[0]?.health?.startedAt, 80_000)
    near(changed[0]?.lastSeenAt, 20_000)
    near(shown?.[0]?.lastPingAt, 20_000)
  })

  it('leaves nothing out without a word', async () => {
    expect(await read()).toMatchObject({ unreadable: 1, knowsManaged: true })
  })

  it('is what an earlier OpenCTI tells, asked in its words from then on', async () => {
    unknown = new Set(['ConnectorsNewest'])
    expect((await read()).changed).toMatchObject([{ name: 'OTX', managed: true, requested: 'stopping' }])
    platform.asked.splice(0)
    await read()
    expect(platform.asked.map(({ operation }) => operation)).not.toContain('ConnectorsNewest')
  })

  it('of an old platform is who runs on their own, and that it knows no others', async () => {
    unknown = new Set(['ConnectorsNewest', 'ConnectorsEarlier', 'ConnectorManagers'])
    expect(await read()).toMatchObject({
      changed: [{ name: 'otx', managed: false, active: true }],
      knowsManaged: false,
      phase: 'ready',
    })
  })

  it('is the connectors, where the platform does not tell its managers', async () => {
    unknown = new Set(['ConnectorManagers'])
    expect(await read()).toMatchObject({
      changed: [{ name: 'OTX' }],
      managers: null,
      managersProblem: null,
    })
  })
})
