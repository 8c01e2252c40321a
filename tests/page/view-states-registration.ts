import type { Registration } from '#shared/contract/registration.ts'
import { freshRegistration, registration } from './registration-world.ts'
import type { ViewState } from './view-state.ts'
import { problem, type World } from './world.ts'

const VIEWS = ['route:xtm-one']
const ADDRESS = '#/xtm-one'

/** The active connection's registration as a change of a fresh one. */
const showing =
  (change: (fresh: Registration, now: number) => Registration) =>
  (world: World): void => {
    const now = world.clock.now()
    world.registrations.set('cert', change(freshRegistration('cert', now), now))
  }

/** With a change of what the platform recorded. */
const recorded = (
  state: Registration['state'],
  change: (record: RecordOf, now: number) => Partial<RecordOf>,
  rest: (now: number) => Partial<Registration> = () => ({}),
) =>
  showing((fresh, now) => {
    const { known } = fresh.record
    if (known.state !== 'reported') throw new Error('A fresh registration is reported')
    const value = { ...known.value, ...change(known.value, now) }
    return { ...fresh, state, record: { ...fresh.record, known: { ...known, value } }, ...rest(now) }
  })
type RecordOf = Extract<Registration['record']['known'], { state: 'reported' }>['value']

const standing = (name: string) => (stage: { see(selector: string): Promise<unknown> }) =>
  stage.see(`[data-testid=standing-${name}]`)

export const REGISTRATION_STATES: readonly ViewState[] = [
  {
    id: 'xtm-one-fresh',
    views: VIEWS,
    address: ADDRESS,
    world: showing((fresh) => fresh),
    reach: standing('fresh'),
  },
  {
    id: 'xtm-one-table',
    views: VIEWS,
    address: ADDRESS,
    world: showing((fresh) => fresh),
    async reach(stage) {
      await stage.press('[data-testid=day-table]')
      await stage.see('main table')
    },
  },
  {
    id: 'xtm-one-late',
    views: VIEWS,
    address: ADDRESS,
    world: recorded(
      'late',
      (_, now) => ({ lastSuccessAt: now - 400_000 }),
      (now) => ({ enterpriseLossAt: now + 200_000 }),
    ),
    reach: standing('late'),
  },
  {
    id: 'xtm-one-lapsed',
    views: VIEWS,
    address: ADDRESS,
    world: recorded(
      'lapsed',
      ({ attempts }, now) => ({
        lastSuccessAt: now - 4_000_000,
        attempts: attempts.map((attempt) => ({
          ...attempt,
          outcome: 'unauthorized' as const,
          httpStatus: 401,
          detail: 'Request failed with status 401',
        })),
      }),
      (now) => ({ enterpriseLossAt: now - 3_400_000 }),
    ),
    reach: standing('lapsed'),
  },
  {
    id: 'xtm-one-never',
    views: VIEWS,
    address: ADDRESS,
    world: recorded('never', () => ({ lastSuccessAt: null, lastAnswer: null, attempts: [] })),
    reach: standing('never'),
  },
  {
    id: 'xtm-one-poc',
    views: VIEWS,
    address: ADDRESS,
    world: recorded('fresh', ({ preview }) => ({
      configuration: { state: 'active', url: 'http://127.0.0.1:4010', profile: 'poc', standIn: true },
      provisioned: { intended: 41, minted: 41, delivered: 40, revoked: 1 },
      preview: preview && {
        ...preview,
        credentials: {
          adminKey: 'already-sent',
          users: [
            { email: 'bob.keller@example.org', displayName: 'Bob Keller', keySent: false },
            { email: 'eve@example.org', displayName: '<img src=x>\u202Eevil', keySent: true },
          ],
          userCount: 41,
        },
      },
    })),
    reach: (stage) => stage.see('[data-testid=preview-credentials]'),
  },
  {
    id: 'xtm-one-off',
    views: VIEWS,
    address: ADDRESS,
    world: recorded(
      'unknown',
      () => ({
        configuration: { state: 'off', missing: ['XTM__XTM_ONE_TOKEN'] },
        nextAttemptAt: null,
        lastSuccessAt: null,
        attempts: [],
        lastAnswer: null,
        preview: null,
      }),
      () => ({ registerBar: 'off' }),
    ),
    reach: standing('off'),
  },
  {
    id: 'xtm-one-invalid',
    views: VIEWS,
    address: ADDRESS,
    world: recorded(
      'unknown',
      () => ({
        configuration: {
          state: 'invalid',
          problems: [
            { key: 'XTM__XTM_ONE_URL', code: 'plain-http', message: 'must be https' },
            { key: 'XTM__XTM_ONE_PROFILE', code: 'other', message: 'something of a newer platform' },
          ],
        },
        nextAttemptAt: null,
        lastSuccessAt: null,
        attempts: [],
        lastAnswer: null,
        preview: null,
      }),
      () => ({ registerBar: 'invalid' }),
    ),
    reach: standing('invalid'),
  },
  {
    id: 'xtm-one-opencti',
    views: VIEWS,
    address: ADDRESS,
    world: (world) => world.registrations.set('cert', registration('cert', world.clock.now())),
    reach: standing('not-reported'),
  },
  {
    id: 'xtm-one-not-seen',
    views: VIEWS,
    address: ADDRESS,
    world: showing((fresh, now) => {
      const { known } = fresh.record
      const last = known.state === 'reported' ? { value: known.value, readAt: now - 300_000 } : null
      const failed = { state: 'failed', problem: problem('timeout'), readAt: now - 2_000, last } as const
      return { ...fresh, state: 'unknown', record: { ...fresh.record, known: failed } }
    }),
    reach: standing('not-seen'),
  },
  {
    id: 'xtm-one-forbidden',
    views: VIEWS,
    address: ADDRESS,
    world: showing((fresh, now) => {
      const known = {
        state: 'failed',
        problem: problem('forbidden'),
        readAt: now - 2_000,
        last: null,
      } as const
      return { ...fresh, state: 'unknown', registerBar: 'forbidden', record: { ...fresh.record, known } }
    }),
    reach: standing('forbidden'),
  },
  {
    id: 'xtm-one-register-failed',
    views: VIEWS,
    address: ADDRESS,
    world: (world) => {
      showing((fresh) => fresh)(world)
      world.failing.set('registration.registerNow', problem('forbidden'))
    },
    async reach(stage) {
      await stage.press('[data-testid=register-now]')
      await stage.see('[data-testid=register-problem]')
    },
  },
  {
    id: 'xtm-one-loading',
    views: VIEWS,
    address: ADDRESS,
    world: (world) => world.hanging.add('registration.watch'),
    reach: standing('reading'),
  },
  {
    id: 'xtm-one-failed',
    views: VIEWS,
    address: ADDRESS,
    world: (world) => world.failing.set('registration.watch', problem('internal')),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
]
