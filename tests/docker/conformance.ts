import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import type { ActualConnector, ConnectorSpec } from '../../electron/composer/engine/model.ts'
import { containerName, nameWithId, ownershipLabels } from '../../electron/composer/engine/names.ts'
import type { Orchestrator } from '../../electron/composer/orchestrators/orchestrator.ts'
import { until } from '../support/until.ts'

/** What the suite needs of a place where connectors run. */
export interface Harness {
  readonly orchestrator: Orchestrator
  readonly managerId: string
  /** says its greeting on both outputs, then stays; ends at once on SIGTERM */
  readonly steadyImage: string
  /** says `falling` and ends with exit code 3 */
  readonly fallingImage: string
  readonly missingImage: string
  /** true where the place itself pulls images, later */
  readonly pullsItself?: boolean
  /** Puts somebody else's object under `name`; the answer tells whether it still stands as it was. */
  foreign(name: string): Promise<() => Promise<boolean>>
}

const never = new AbortController().signal

/** What every orchestrator must do, run on the real thing. */
export function conformance(harness: () => Harness): void {
  const specOf = (changes: Partial<ConnectorSpec> = {}): ConnectorSpec => {
    const connectorId = changes.connectorId ?? randomUUID()
    return {
      platform: 'opencti',
      connectorId,
      name: containerName(`Conformance ${connectorId.slice(0, 6)}`),
      image: harness().steadyImage,
      hash: 'hash-1',
      environment: [{ name: 'GREETING', value: 'hello' }],
      labels: ownershipLabels(harness().managerId, 'opencti', connectorId),
      running: true,
      proxyCa: null,
      ...changes,
    }
  }
  const objectsOf = async ({ connectorId }: ConnectorSpec): Promise<ActualConnector[]> =>
    (await harness().orchestrator.list(never)).filter((object) => object.connectorId === connectorId)
  const inState = (spec: ConnectorSpec, ...states: ActualConnector['state'][]): Promise<ActualConnector> =>
    until(`${spec.name} is ${states.join(' or ')}`, async () => {
      const [object] = await objectsOf(spec)
      return object && states.includes(object.state) && object
    })
  const deployed = async (spec: ConnectorSpec): Promise<ActualConnector> => {
    await harness().orchestrator.prepare(spec, never)
    await harness().orchestrator.deploy(spec)
    return inState(spec, spec.running ? 'running' : 'stopped')
  }
  const logsWith = (actual: ActualConnector, line: string): Promise<readonly string[]> =>
    until(`the log says ${line}`, async () => {
      const lines = await harness().orchestrator.logs(actual, never)
      return lines.includes(line) && lines
    })

  it('deploys, and lists what it deployed with its labels and its configuration', async () => {
    const { orchestrator } = harness()
    const spec = specOf()
    const actual = await deployed(spec)
    expect(actual).toMatchObject({
      name: spec.name,
      connectorId: spec.connectorId,
      platform: 'opencti',
      hash: 'hash-1',
      state: 'running',
    })
    const evidence = await orchestrator.evidence(actual, never)
    expect(evidence).toMatchObject({ restartCount: 0, looping: false })
    expect(Math.abs(Date.now() - (evidence.startedAt ?? 0))).toBeLessThan(60_000)
    await orchestrator.remove(actual)
    await until('it is gone', async () => (await objectsOf(spec)).length === 0)
    await orchestrator.remove(actual)
  })

  it('starts what was deployed stopped, stops what runs, and takes what is so already for done', async () => {
    const { orchestrator } = harness()
    const spec = specOf({ running: false })
    const actual = await deployed(spec)
    await orchestrator.stop(actual)
    await orchestrator.start(actual)
    const running = await inState(spec, 'running')
    await orchestrator.start(running)
    await orchestrator.stop(running)
    await inState(spec, 'stopped')
    await orchestrator.remove(running)
  })

  it('§9 n: hands the environment over unharmed: equal signs, blanks, quotes, empty and secret values', async () => {
    const { orchestrator } = harness()
    const greeting = ' a=b=c "d" $HOME é '
    const spec = specOf({
      environment: [
        { name: 'GREETING', value: new Secret(greeting) },
        { name: 'EMPTY', value: '' },
      ],
    })
    const actual = await deployed(spec)
    const lines = await logsWith(actual, `out [${greeting}] []`)
    expect(lines).toContain(`err [${greeting}] []`)
    await orchestrator.remove(actual)
  })

  it('§9 s: gives at most the last hundred lines, whole and without bytes of framing', async () => {
    const { orchestrator } = harness()
    const spec = specOf({ environment: [{ name: 'LINES', value: '250' }] })
    const actual = await deployed(spec)
    const lines = await logsWith(actual, 'line 250')
    expect(lines.length).toBeLessThanOrEqual(100)
    expect(lines.length).toBeGreaterThan(50)
    for (const line of lines) expect(line).toMatch(/^(line \d+|(out|err) \[.*\] \[\])$/)
    await orchestrator.remove(actual)
  })

  it('replaces the configuration and leaves one object, under the same name', async () => {
    const { orchestrator } = harness()
    const spec = specOf()
    const before = await deployed(spec)
    const next = { ...spec, hash: 'hash-2', environment: [{ name: 'GREETING', value: 'again' }] }
    await orchestrator.prepare(next, never)
    await orchestrator.replace(before, next)
    const after = await until('the new one runs alone', async () => {
      const objects = await objectsOf(spec)
      return (
        objects.length === 1 && objects[0]?.hash === 'hash-2' && objects[0].state === 'running' && objects[0]
      )
    })
    expect(after.name).toBe(spec.name)
    await logsWith(after, 'out [again] []')
    await orchestrator.remove(after)
  })

  it('§9 j: refuses a missing image before anything is touched', async () => {
    const { orchestrator, missingImage } = harness()
    const spec = specOf()
    const before = await deployed(spec)
    const attempt = orchestrator.prepare({ ...spec, image: missingImage }, never)
    if (harness().pullsItself) await attempt
    else await expect(attempt).rejects.toThrow(/\w/)
    expect(await objectsOf(spec)).toMatchObject([{ hash: 'hash-1', state: 'running' }])
    await orchestrator.remove(before)
  })

  it('§9 m: counts the restarts of what keeps falling', async () => {
    const { orchestrator, fallingImage } = harness()
    const spec = specOf({ image: fallingImage })
    await orchestrator.prepare(spec, never)
    await orchestrator.deploy(spec)
    const actual = await inState(spec, 'running', 'restarting', 'pending')
    await until(
      'it restarted',
      async () => {
        const [now] = await objectsOf(spec)
        return now && (await orchestrator.evidence(now, never)).restartCount >= 2
      },
      30_000,
    )
    expect((await logsWith(actual, 'falling')).length).toBeGreaterThan(0)
    await orchestrator.stop(actual)
    await inState(spec, 'stopped')
    await orchestrator.remove(actual)
  })

  it('§9 h: never touches an object of somebody else, even under the wanted name', async () => {
    const { orchestrator } = harness()
    const spec = specOf()
    const stands = await harness().foreign(spec.name)
    const actual = await deployed(spec)
    expect(actual.name).toBe(nameWithId(spec.name, spec.connectorId))
    await orchestrator.stop(actual)
    await orchestrator.remove(actual)
    expect(await stands()).toBe(true)
  })
}
