import { afterEach, expect, test } from 'vitest'
import { type connector, health, logLine, MITRE, OTX } from '../../../tests/page/connectors-world.ts'
import { openStage, type Stage } from '../../../tests/page/stage.tsx'
import { NOW, problem, type World } from '../../../tests/page/world.ts'

let stage: Stage

afterEach(() => stage.end())

const ADDRESS = '#/connectors'
const rows = (): string[][] =>
  [...document.querySelectorAll('[role=grid][aria-label="Run by a composer"] [role=row]')]
    .slice(1)
    .map((row) => [...row.children].map((cell) => cell.textContent ?? ''))
const names = (): string[] => rows().map(([name]) => name ?? '')
const log = () => document.querySelector<HTMLElement>('[data-testid=log]') as HTMLElement

function change(world: World, id: string, part: Partial<ReturnType<typeof connector>>): void {
  world.connectors.set((before) => ({
    ...before,
    delta: {
      ...before.delta,
      changed: before.delta.changed.map((one) => (one.id === id ? { ...one, ...part } : one)),
    },
  }))
}

async function seeText(wanted: string): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    if (document.body.innerText.includes(wanted)) return
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
  throw new Error(`Waited in vain for "${wanted}"`)
}

test('disagreement comes first, and every column says what it is about', async () => {
  stage = await openStage({ address: ADDRESS })
  await stage.see('[data-testid=connector]')
  expect(names()).toEqual([
    'AlienVault OTX',
    'ThreatFox',
    'MISP feed',
    'Common Vulnerabilities and Exposures',
    'MITRE ATT&CK',
    'MITRE ATLAS',
  ])
  expect(rows()[0]).toEqual([
    'AlienVault OTX',
    'Reboot loop',
    'Run',
    'Started',
    '6 sec ago',
    '9',
    '18s',
    'connector-alienvault:7.260915.0',
    'composer-production',
  ])
})

test('a state changes by the clock alone: what is not proven any more is said to be so', async () => {
  stage = await openStage({ address: ADDRESS })
  await stage.see('[data-testid=connector]')
  const state = (): string => rows().find(([name]) => name === 'MITRE ATT&CK')?.[1] ?? ''
  expect(state()).toBe('Running')
  await stage.advance(108_000)
  expect(state()).toBe('Running')
  await stage.advance(2_000)
  expect(state()).toBe('No evidence')
  // It moved up, behind what is worse.
  expect(names().indexOf('MITRE ATT&CK')).toBeLessThan(names().indexOf('MITRE ATLAS'))
})

test('what the stream brings is in its row at once, and what is gone is gone', async () => {
  stage = await openStage({ address: ADDRESS })
  await stage.see('[data-testid=connector]')
  change(stage.world, OTX, { health: health(NOW), loopedAt: null })
  await seeText('6, 1 in trouble')
  stage.world.connectors.set((before) => ({
    ...before,
    delta: { ...before.delta, changed: before.delta.changed.filter(({ id }) => id !== OTX) },
  }))
  await seeText('5, 1 in trouble')
  expect(names()).not.toContain('AlienVault OTX')
})

test('the keyboard alone: into the list, to a connector, stop with the question, and back', async () => {
  stage = await openStage({ address: ADDRESS })
  await stage.see('[data-testid=connector]')
  const first = document.querySelector<HTMLElement>('[role=grid] [data-row="0"] [data-testid=connector]')
  first?.focus()
  for (let row = 0; row < 4; row += 1) {
    stage.key('ArrowDown')
    await stage.advance(0)
  }
  expect(document.activeElement?.textContent).toBe('MITRE ATT&CK')
  ;(document.activeElement as HTMLElement).click()
  await stage.see('[data-testid=log]')
  expect(location.hash).toBe(`#/connectors/${MITRE}`)
  document.querySelector<HTMLElement>('[data-testid=stop]')?.focus()
  await stage.press('[data-testid=stop]')
  await stage.see('[data-testid=confirm-stop]')
  expect(document.activeElement?.getAttribute('data-testid')).toBe('cancel')
  await stage.press('[data-testid=confirm-stop]')
  await stage.see('[data-testid=start]')
  expect(stage.world.calls).toContain('connectors.stop')
  await seeText('Asked the platform to stop MITRE ATT&CK')
  await stage.press('[data-testid=all-connectors]')
  await stage.see('[role=grid]')
})

test('a stop that failed says so, stays open, and changes nothing', async () => {
  stage = await openStage({
    address: `${ADDRESS}/${MITRE}`,
    world: (world) => world.failing.set('connectors.stop', problem('not-as-asked')),
  })
  await stage.press('[data-testid=stop]')
  await stage.press('[data-testid=confirm-stop]')
  await stage.see('[role=dialog] [data-testid=problem]')
  expect(document.querySelector('[data-testid=confirm-stop]')).not.toBeNull()
})

test('the log shows its newest line, goes on with what comes, and stays where somebody reads', async () => {
  stage = await openStage({ address: `${ADDRESS}/${MITRE}` })
  await stage.see('[data-testid=log]')
  const atEnd = (): boolean => log().scrollHeight - log().scrollTop - log().clientHeight < 2
  expect(atEnd()).toBe(true)
  const add = (id: number) =>
    stage.world.connectors.set((before) => ({
      ...before,
      logs: new Map([[MITRE, [...(before.logs.get(MITRE) ?? []), logLine(id, NOW, `new line ${id}`)]]]),
    }))
  add(101)
  await seeText('new line 101')
  expect(atEnd()).toBe(true)
  log().scrollTop = 0
  log().dispatchEvent(new Event('scroll'))
  add(102)
  await seeText('new line 102')
  expect(log().scrollTop).toBe(0)
})

test('the log is searched, marked, told apart by runs, and copied as it is shown', async () => {
  stage = await openStage({ address: `${ADDRESS}/${OTX}` })
  await stage.see('[data-testid=log]')
  const lines = (): number => log().querySelectorAll('div:not(:has(div))').length
  expect(log().textContent).toContain('Next run, started 2026-09-22 08:29:42 UTC')
  await stage.fill('[data-testid=search]', 'unrecoverable')
  await stage.see('mark')
  expect(log().querySelectorAll('mark')).toHaveLength(2)
  expect(document.body.textContent).toContain('2 of 8')
  await stage.fill('[data-testid=search]', '')
  await stage.press('input[type=radio][value=this]')
  expect(lines()).toBe(4)
  await stage.press('input[type=radio][value=before]')
  expect(lines()).toBe(4)
  expect(log().textContent).not.toContain('Next run')
})

test('text of a connector stays text', async () => {
  stage = await openStage({
    address: `${ADDRESS}/${MITRE}`,
    world: (world) =>
      world.connectors.set((before) => ({
        ...before,
        logs: new Map([[MITRE, [logLine(1, NOW, '<img src=x onerror=alert(1)><b>bold</b>')]]]),
      })),
  })
  await stage.see('[data-testid=log]')
  expect(log().querySelector('img, b')).toBeNull()
  expect(log().textContent).toContain('<img src=x onerror=alert(1)><b>bold</b>')
})

test('one press runs the embedded platform’s connectors on the Docker that was found', async () => {
  stage = await openStage({
    address: ADDRESS,
    world(world) {
      world.settings.set((before) => ({ ...before, activeConnectionId: 'local' }))
      world.connectors.set((before) => ({ ...before, delta: { ...before.delta, changed: [], managers: [] } }))
    },
  })
  await stage.press('[data-testid=run-on-docker]')
  await stage.unsee('[data-testid=run-on-docker]')
  expect(stage.world.composer.get().settings).toMatchObject({
    enabled: true,
    connectionId: 'local',
    orchestrator: 'docker',
  })
})

test('a switch that is thrown while the form is being saved does not undo the form', async () => {
  stage = await openStage({ address: '#/settings/composer' })
  await stage.fill('[data-testid=composer-manager-id]', 'mine')
  // Both in one turn: the save has not come back when the switch is thrown.
  for (const name of ['save-composer', 'composer-enabled'])
    document.querySelector<HTMLElement>(`[data-testid=${name}]`)?.click()
  await expect
    .poll(() => stage?.world.composer.get().settings)
    .toMatchObject({ managerId: 'mine', enabled: true })
})

test('what is typed in the form outlives the switch', async () => {
  stage = await openStage({ address: '#/settings/composer' })
  await stage.fill('[data-testid=composer-manager-id]', 'mine')
  await stage.press('[data-testid=composer-enabled]')
  await expect.poll(() => stage?.world.composer.get().settings.enabled).toBe(true)
  await stage.see('[data-testid=restart-composer]')
  await stage.press('[data-testid=save-composer]')
  await expect
    .poll(() => stage?.world.composer.get().settings)
    .toMatchObject({ managerId: 'mine', enabled: true })
})

test('the composer’s settings are kept when they are saved; a secret that is not typed is left alone', async () => {
  stage = await openStage({ address: '#/settings/composer' })
  await stage.fill('[data-testid=composer-manager-id]', 'mine')
  expect(stage.world.calls).not.toContain('composer.save')
  await stage.press('[data-testid=save-composer]')
  for (let tries = 0; stage.world.composer.get().settings.managerId !== 'mine' && tries < 60; tries += 1)
    await stage.advance(0)
  expect(stage.world.composer.get().settings).toMatchObject({ managerId: 'mine', enabled: false })
  await stage.fill('[data-testid=composer-manager-id]', ' ')
  await seeText('It can’t be empty.')
  expect(document.querySelector<HTMLButtonElement>('[data-testid=save-composer]')?.disabled).toBe(true)
})
