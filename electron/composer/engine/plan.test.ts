import { describe, expect, it } from 'vitest'
import { type ActualConnector, type DesiredConnector, type RunState, reportedStatus } from './model.ts'
import { containerName, nameWithId, withSuffix } from './names.ts'
import { type Action, plan } from './plan.ts'

const desired = (changes: Partial<DesiredConnector> = {}): DesiredConnector => ({
  id: 'id-1',
  name: 'one',
  image: 'image:1',
  hash: 'new',
  requested: 'starting',
  reported: 'started',
  configuration: [],
  ...changes,
})

const actual = (changes: Partial<ActualConnector> = {}): ActualConnector => ({
  ref: 'ref-1',
  name: 'one',
  connectorId: 'id-1',
  platform: 'opencti',
  hash: 'new',
  state: 'running',
  createdAt: 1,
  reason: null,
  ...changes,
})

const planned = (connectors: DesiredConnector[], objects: ActualConnector[]): readonly Action[] =>
  plan('opencti', { connectors, unusable: [] }, objects).actions

const short = (actions: readonly Action[]): string[] =>
  actions.map((action) => (action.kind === 'report' ? `report ${action.status}` : action.kind))

describe('the decision table', () => {
  /** requested × state of the object × same configuration → step (requirements; composer.md §5.3). */
  const TABLE: Record<'starting' | 'stopping', Record<RunState, [same: string, changed: string]>> = {
    starting: {
      running: ['', 'replace'],
      restarting: ['', 'replace'],
      pending: ['', 'replace'],
      stopped: ['start', 'replace'],
    },
    stopping: {
      running: ['stop', 'replace'],
      restarting: ['stop', 'replace'],
      pending: ['stop', 'replace'],
      stopped: ['', 'replace'],
    },
  }
  const rows = (['starting', 'stopping'] as const).flatMap((requested) =>
    (['running', 'restarting', 'pending', 'stopped'] as const).flatMap((state) =>
      (['started', 'stopped', null] as const).flatMap((reported) =>
        (['same', 'changed', 'unknown'] as const).map((hash) => ({ requested, state, reported, hash })),
      ),
    ),
  )
  it('has every row', () => expect(rows).toHaveLength(2 * 4 * 3 * 3))

  it.each(rows)(
    '$requested, $state, platform says $reported, $hash',
    ({ requested, state, reported, hash }) => {
      const is = hash === 'same' ? 'new' : hash === 'changed' ? 'old' : null
      const actions = planned([desired({ requested, reported })], [actual({ state, hash: is })])
      const status = state === 'running' || state === 'restarting' ? 'started' : 'stopped'
      expect(reportedStatus(state)).toBe(status)
      const step = TABLE[requested][state][hash === 'same' ? 0 : 1]
      expect(short(actions)).toEqual([
        ...(reported === status ? [] : [`report ${status}`]),
        ...(step === '' ? [] : [step]),
      ])
    },
  )

  it.each([
    ['started', ['deploy', 'report stopped']],
    [null, ['deploy', 'report stopped']],
    ['stopped', ['deploy']],
  ] as const)('missing, platform says %s', (reported, expected) => {
    expect(short(planned([desired({ reported })], []))).toEqual(expected)
  })
})

describe('whose objects', () => {
  it('removes what the platform no longer lists', () => {
    expect(planned([], [actual()])).toEqual([
      { kind: 'remove', connectorId: 'id-1', actual: actual(), why: 'orphan' },
    ])
  })

  it('leaves the other platform’s alone, and takes those from before the label for its own', () => {
    expect(planned([], [actual({ platform: 'openaev' })])).toEqual([])
    expect(short(planned([], [actual({ platform: null })]))).toEqual(['remove'])
  })

  it('§9 h: never touches an object without a connector id', () => {
    expect(planned([], [actual({ connectorId: null })])).toEqual([])
  })

  it('§9 c: keeps the object of a connector whose contract is incomplete', () => {
    const unusable = [{ id: 'id-1', name: 'one', reason: 'no image' }]
    expect(plan('opencti', { connectors: [], unusable }, [actual()]).actions).toEqual([])
  })

  it('of two objects of one connector keeps the one with the wanted configuration, else the newest', () => {
    const old = actual({ ref: 'old', hash: 'old', createdAt: 9 })
    const wanted = actual({ ref: 'wanted', createdAt: 1 })
    expect(planned([desired()], [old, wanted])).toEqual([
      { kind: 'remove', connectorId: 'id-1', actual: old, why: 'duplicate' },
    ])
    const newer = actual({ ref: 'newer', createdAt: 2 })
    expect(planned([desired()], [wanted, newer])).toMatchObject([
      { kind: 'remove', actual: { ref: 'wanted' } },
    ])
  })

  it('§9 j: of a replacement that was cut off, keeps the old one that runs until a new one does', () => {
    const old = actual({ ref: 'old', hash: 'old', state: 'running', createdAt: 1 })
    const next = actual({ ref: 'next', state: 'stopped', createdAt: 2 })
    const steps = planned([desired({ requested: 'starting', reported: 'started' })], [next, old])
    expect(steps).toMatchObject([
      { kind: 'remove', actual: { ref: 'next' }, why: 'duplicate' },
      { kind: 'replace', actual: { ref: 'old' } },
    ])
    const both = [old, { ...next, state: 'running' } as const]
    expect(planned([desired({ requested: 'starting', reported: 'started' })], both)).toMatchObject([
      { kind: 'remove', actual: { ref: 'old' }, why: 'duplicate' },
    ])
  })

  it('§9 h: finds a renamed connector by its id and does not deploy it twice', () => {
    expect(planned([desired({ name: 'renamed' })], [actual()])).toEqual([])
  })

  it('takes an id that the platform lists twice once', () => {
    expect(short(planned([desired({ reported: 'stopped' }), desired({ hash: 'other' })], []))).toEqual([
      'deploy',
    ])
  })
})

describe('names', () => {
  it('§9 h: gives two connectors of one name different names, and keeps them in the next cycle', () => {
    const twins = [
      desired({ id: 'aaaa-1', reported: 'stopped' }),
      desired({ id: 'bbbb-2', reported: 'stopped' }),
    ]
    const names = planned(twins, []).map((action) => (action.kind === 'deploy' ? action.name : null))
    expect(names).toEqual(['one', 'one-bbbb2'])
    const objects = twins.map(({ id }, at) =>
      actual({ ref: id, connectorId: id, name: names[at] as string, state: 'stopped', hash: 'new' }),
    )
    const stopped = twins.map((twin) => ({ ...twin, requested: 'stopping' as const }))
    expect(planned(stopped, objects)).toEqual([])
  })

  it('does not take the name of another object that is there', () => {
    const other = actual({ ref: 'other', connectorId: null, name: 'one' })
    expect(planned([desired({ reported: 'stopped' })], [other])).toMatchObject([{ name: 'one-id1' }])
  })

  it.each([
    ['My Connector', 'my-connector'],
    ['--xy--', 'xy'],
    ['x', 'connector-x'],
    ['Ünïcode', 'n-code'],
    ['', 'connector'],
    ['日本', 'connector'],
    ['a'.repeat(80), 'a'.repeat(63)],
    [`${'a'.repeat(62)} b`, 'a'.repeat(62)],
  ])('§9 i: %j becomes %j', (name, expected) => {
    expect(containerName(name)).toBe(expected)
  })

  it('stay valid with a suffix', () => {
    const long = 'a'.repeat(63)
    expect(nameWithId(long, 'ABCD-1234-5678')).toBe(`${'a'.repeat(54)}-abcd1234`)
    expect(withSuffix(`${'a'.repeat(56)}-b`, 'next-1')).toBe(`${'a'.repeat(56)}-next-1`)
  })
})
