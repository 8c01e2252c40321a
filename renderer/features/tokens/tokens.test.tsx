import { afterEach, expect, test } from 'vitest'
import { advanced, keepIncident, knownIncident, stepsFor } from '../../../tests/page/incidents-world.ts'
import { ALICE, hostileTokens } from '../../../tests/page/people.ts'
import { openStage, type Stage } from '../../../tests/page/stage.tsx'
import { changeConnection, NOW, problem, remoteConnection } from '../../../tests/page/world.ts'

let stage: Stage

afterEach(() => stage.end())

const rowsOf = (label: string): string[][] =>
  [...document.querySelectorAll(`[role=grid][aria-label="${label}"] [role=row]`)]
    .slice(1)
    .map((row) => [...row.children].map((cell) => cell.textContent ?? ''))

const row = (name: string): string[] => rowsOf('Tokens of Bob Keller').find(([first]) => first === name) ?? []

test('a token is listed with its ending, its dates and its status', async () => {
  stage = await openStage()
  await stage.see('[role=grid]')
  expect(row('Nightly export to the SIEM')).toEqual([
    'Nightly export to the SIEM',
    '…a1b2',
    '2 months ago',
    'in 6 days',
    '7 hours ago',
    'Expires soon',
    'Plan…',
    'Revoke',
  ])
  expect(row('pycti notebook').slice(3, 6)).toEqual(['Never', 'Never', 'Active'])
  const time = document.querySelector('[role=grid] time')
  expect(time?.getAttribute('title')).toMatch(/^2026-09-\d\d \d\d:\d\d:\d\d UTC$/)
  expect(document.querySelector('[role=grid]')?.textContent).toContain('approx.')
})

test('a status changes by the clock alone, at the very second, and by the platform’s time', async () => {
  const SKEW = 10 * 60_000
  stage = await openStage({
    world: (world) => {
      world.skewMs = SKEW
      const token = world.people[0]?.tokens[0]
      if (token) Object.assign(token, { name: 'Ends soon', expiresAt: NOW + SKEW + 3_000 })
    },
  })
  await stage.see('[role=grid]')
  const reads = (): number => stage.world.calls.filter((call) => call === 'tokens.ofUser').length
  const before = reads()
  expect(row('Ends soon')[5]).toBe('Expires soon')
  await stage.advance(2_999)
  expect(row('Ends soon')[5]).toBe('Expires soon')
  await stage.advance(1)
  expect(row('Ends soon')[5]).toBe('Expired')
  expect(reads()).toBe(before)
})

test('a response that comes to its end is seen on the page of the person at once', async () => {
  stage = await openStage({ address: `#/tokens/users/${ALICE}` })
  const { world } = stage
  const alice = world.people.find(({ user }) => user.id === ALICE)
  if (!alice) throw new Error('There is no Alice')
  const tokens = `[role=grid][aria-label="Tokens of ${alice.user.name}"] [role=rowheader]`
  await stage.see(tokens)
  const steps = stepsFor(world.incidents, [{ person: alice, kinds: ['token'] }])
  const facts = { id: 'incident-9', kind: 'bulk', startedAt: NOW } as const
  keepIncident(world.incidents, knownIncident({ ...facts, phase: 'running' }, steps))
  await stage.advance(0)
  alice.tokens.splice(0)
  const gone = steps.map((step) => advanced(step, 'gone', NOW))
  keepIncident(world.incidents, knownIncident({ ...facts, phase: 'done' }, gone))
  await stage.unsee(tokens)
})

test('names that try to be more than text stay text', async () => {
  stage = await openStage({ world: (world) => world.people[0]?.tokens.push(...hostileTokens(NOW)) })
  await stage.see('[role=grid]')
  const names = rowsOf('Tokens of Bob Keller').map(([name]) => name)
  expect(names).toContain('<img src=x onerror=alert(1)>')
  expect(names).toContain('\uFFFDgnp.tpircs\uFFFD right to left')
  expect(names).toContain('(no name)')
  expect(document.querySelector('main img, main script')).toBeNull()
})

test('generating asks for a duration, and sends nothing before there is one', async () => {
  stage = await openStage()
  await stage.press('[data-testid=generate]')
  await stage.see('[data-testid=duration]')
  expect(document.querySelector('[data-testid=duration] input:checked')).toBeNull()
  await stage.press('[data-testid=submit-generate]')
  expect(document.querySelector('[data-dialog=generate]')?.textContent).toContain(
    'Choose how long the token shall live.',
  )
  await stage.fill('[data-testid=token-name]', 'x'.repeat(10_000))
  await stage.press('[data-testid=duration] input[value=DAYS_30]')
  await stage.press('[data-testid=submit-generate]')
  expect(document.querySelector('[data-dialog=generate]')?.textContent).toContain(
    'The name has 10,000 characters; at most 200 are allowed.',
  )
  expect(stage.world.calls).not.toContain('tokens.generate')
})

test('the consequences of a duration are said in a sentence', async () => {
  stage = await openStage()
  await stage.press('[data-testid=generate]')
  await stage.press('[data-testid=duration] input[value=DAYS_90]')
  const dialog = await stage.see('[data-dialog=generate]')
  expect(dialog.textContent).toContain('Expires 21 Dec 2026. Acts with the owner’s rights. Bypasses MFA.')
  await stage.press('[data-testid=duration] input[value=UNLIMITED]')
  expect(dialog.textContent).toContain('Never expires: it works until somebody revokes it.')
})

test('a lost answer offers to revoke the orphan and never asks a second time', async () => {
  stage = await openStage({
    world: (world) => {
      world.generateTrouble = 'answer-lost'
    },
  })
  await stage.press('[data-testid=generate]')
  await stage.press('[data-testid=duration] input[value=DAYS_30]')
  await stage.press('[data-testid=submit-generate]')
  await stage.press('[data-testid=revoke-orphan]')
  await stage.unsee('[data-testid=revoke-orphan]')
  const { calls } = stage.world
  expect(calls.filter((call) => call === 'tokens.generate')).toHaveLength(1)
  expect(calls.filter((call) => call === 'tokens.revoke')).toHaveLength(1)
  expect(document.querySelector('[data-testid=submit-generate]')).toBeNull()
})

test('a token that a slow platform makes after the first look is found by the next one', async () => {
  stage = await openStage({
    world: (world) => {
      world.generateTrouble = 'not-listed'
    },
  })
  await stage.press('[data-testid=generate]')
  await stage.fill('[data-testid=token-name]', 'CI')
  await stage.press('[data-testid=duration] input[value=DAYS_30]')
  const mine = stage.world.people[0]?.tokens ?? []
  const [other] = mine
  if (!other) throw new Error('Bob has no token')
  // One of that name was there before, and is nobody's orphan.
  mine.push({ ...other, id: 'before', name: 'CI' })
  await stage.press('[data-testid=submit-generate]')
  const said = (): string | null | undefined =>
    document.querySelector('[data-testid=answer-lost]')?.textContent
  await expect.poll(said).toContain('no new token is listed so far')
  await stage.press('[data-testid=look-again]')
  await expect.poll(said).toContain('no new token is listed so far')
  expect(document.querySelector('[data-testid=revoke-orphan]')).toBeNull()
  mine.push({ ...other, id: 'late', name: 'CI' })
  await stage.press('[data-testid=look-again]')
  await expect.poll(said).toContain('A token was made, but its value never arrived')
  expect(document.querySelectorAll('[data-testid=revoke-orphan]')).toHaveLength(1)
  await stage.press('[data-testid=revoke-orphan]')
  await stage.unsee('[data-testid=revoke-orphan]')
  const left = stage.world.people[0]?.tokens.filter(({ name }) => name === 'CI')
  expect(left?.map(({ id }) => id)).toEqual(['before'])
  expect(stage.world.calls.filter((call) => call === 'tokens.generate')).toHaveLength(1)
})

test('a look that fails claims nothing', async () => {
  stage = await openStage({
    world: (world) => {
      world.generateTrouble = 'not-listed'
    },
  })
  await stage.press('[data-testid=generate]')
  await stage.press('[data-testid=duration] input[value=DAYS_30]')
  await stage.press('[data-testid=submit-generate]')
  await stage.see('[data-testid=look-again]')
  stage.world.failing.set('tokens.ofUser', problem('timeout'))
  await stage.press('[data-testid=look-again]')
  await expect
    .poll(() => document.querySelector('[data-testid=answer-lost]')?.textContent)
    .toContain('a token may have been made')
})

test('generating for an account that could not use the token warns before', async () => {
  stage = await openStage({
    world: (world) => {
      const user = world.people[0]?.user
      if (user)
        Object.assign(user, { capabilities: [], accountStatus: 'Locked', accountLockAfter: NOW + 5_000 })
    },
  })
  await stage.press('[data-testid=generate]')
  const dialog = await stage.see('[data-dialog=generate]')
  const warned = (): (string | undefined)[] =>
    [...dialog.querySelectorAll<HTMLElement>('[data-testid^=obstacle-]')].map(({ dataset }) => dataset.testid)
  expect(warned()).toEqual(['obstacle-no-api-access', 'obstacle-not-active'])
  expect(dialog.textContent).toContain('This account is not active (status: Locked)')
  await stage.advance(5_000)
  expect(warned()).toEqual(['obstacle-no-api-access', 'obstacle-not-active', 'obstacle-lock-date-passed'])
})

test('revoking starts on Cancel; confirmed, the token moves to the revoked ones with its reason', async () => {
  stage = await openStage()
  await stage.press('[data-testid=revoke]')
  await stage.see('[data-testid=cancel]')
  await expect.poll(() => document.activeElement?.getAttribute('data-testid')).toBe('cancel')
  expect(document.querySelector('[data-dialog=revoke]')?.textContent).toContain(
    'Are you sure? Any scripts using this token will stop working immediately.',
  )
  await stage.fill('[data-testid=reason]', 'Laptop stolen')
  await stage.press('[data-testid=confirm-revoke]')
  await stage.unsee('[data-dialog=revoke]')
  expect(rowsOf('Tokens of Bob Keller')).toHaveLength(4)
  expect(rowsOf('Revoked tokens of Bob Keller').map((cells) => cells[5])).toContain('Laptop stolen')
})

test('a revocation that cannot be confirmed stays open and is not called done', async () => {
  stage = await openStage({ world: (world) => world.failing.set('tokens.revoke', problem('still-listed')) })
  await stage.press('[data-testid=revoke]')
  await stage.press('[data-testid=confirm-revoke]')
  await stage.see('[data-dialog=revoke] [data-testid=problem]')
  expect(rowsOf('Tokens of Bob Keller')).toHaveLength(5)
  expect(document.body.textContent).not.toContain('is revoked and gone')
})

test('the search of the header finds by name and by ending', async () => {
  stage = await openStage()
  await stage.see('[role=grid]')
  await stage.fill('[data-testid=search]', 'SIEM')
  expect(rowsOf('Tokens of Bob Keller').map(([name]) => name)).toEqual(['Nightly export to the SIEM'])
  await stage.fill('[data-testid=search]', '…zk90')
  expect(rowsOf('Tokens of Bob Keller').map(([name]) => name)).toEqual(['pycti notebook'])
})

test.each(['#/tokens/mine', '#/tokens/users'])(
  '%s: a connection that works again is read again, unasked',
  async (address) => {
    stage = await openStage({ address })
    await stage.see('[role=grid]')
    const procedure = address.endsWith('mine') ? 'tokens.ofUser' : 'tokens.users'
    stage.world.failing.set(procedure, problem('wrong-token'))
    changeConnection(stage.world, 'cert', {
      state: { phase: 'failed', problem: problem('wrong-token'), identity: null, checkedAt: NOW },
    })
    await stage.press('[data-testid=refresh]')
    await expect.poll(() => document.querySelectorAll('[role=alert]').length).toBeGreaterThan(1)
    stage.world.failing.delete(procedure)
    changeConnection(stage.world, 'cert', { state: remoteConnection().state })
    await expect.poll(() => document.querySelectorAll('[role=alert]').length).toBe(0)
    expect(document.querySelector('[role=grid]')).not.toBeNull()
  },
)

test('users: searched by the platform, loaded on while scrolling, opened by keyboard', async () => {
  stage = await openStage({ address: '#/tokens/users' })
  await stage.see('[data-testid=user]')
  const grid = await stage.see('[role=grid]')
  expect(grid.getAttribute('aria-rowcount')).toBe('241')
  expect(grid.querySelectorAll('[role=row]').length).toBeLessThan(100)
  const main = await stage.see('main')
  main.scrollTo(0, main.scrollHeight)
  await expect.poll(() => stage.page.tokens.getState().users.data?.users.length).toBe(200)
  main.scrollTo(0, 0)
  await expect.poll(() => grid.querySelector('[data-row="0"]')).not.toBeNull()
  const first = grid.querySelector<HTMLElement>('[data-row="0"] [data-widget]')
  first?.focus()
  stage.key('ArrowDown')
  await expect.poll(() => document.activeElement?.textContent).toBe('Alice Martin')
  const focused = document.activeElement
  if (!(focused instanceof HTMLElement)) throw new Error('Nothing is focused')
  focused.click()
  await expect.poll(() => window.location.hash).toContain('#/tokens/users/')
  await expect.poll(() => document.querySelector('h2')?.textContent).toBe('Alice Martin')
})

test('who may only look finds no button that changes anything', async () => {
  stage = await openStage({
    address: '#/tokens/users/d3b0a1c2-0000-4000-8000-000000000002',
    world: (world) =>
      world.connections.set((list) =>
        list.map((connection) =>
          connection.state.phase === 'ready'
            ? {
                ...connection,
                state: {
                  ...connection.state,
                  identity: { ...connection.state.identity, capabilities: ['VIRTUAL_ORGANIZATION_ADMIN'] },
                },
              }
            : connection,
        ),
      ),
  })
  await stage.see('[role=grid]')
  for (const id of ['generate', 'revoke', 'plan', 'kill-session', 'kill-sessions'])
    expect(document.querySelector(`[data-testid=${id}]`), id).toBeNull()
})
