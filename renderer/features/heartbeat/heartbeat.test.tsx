import { afterEach, expect, test } from 'vitest'
import { openStage, type Stage } from '../../../tests/page/stage.tsx'
import { NOW, problem } from '../../../tests/page/world.ts'

let stage: Stage

afterEach(() => stage.end())

const ADDRESS = '#/overview/monitors'
const HOUR = 3_600_000

const monitors = async (): Promise<void> => {
  stage = await openStage({ address: ADDRESS })
  await stage.see('[data-testid=uptime-strip]')
}

test('the past is read with its range, and again with each point', async () => {
  await monitors()
  const read = () => stage.world.calls.filter((call) => call === 'heartbeat.history').length
  const before = read()
  stage.world.heartbeat.set((status) => ({
    ...status,
    monitors: status.monitors.map((monitor) => ({
      ...monitor,
      last: { at: NOW + 60_000, outcome: 'good', latencyMs: 41, failure: null },
    })),
  }))
  await stage.advance(60_000)
  await expect.poll(read).toBe(before + 3)
})

test('a maintenance window is kept for one monitor and as long as chosen, then ended', async () => {
  await monitors()
  const choose = (selector: string, value: string): void => {
    const select = document.querySelector<HTMLSelectElement>(selector)
    if (!select) throw new Error(`No ${selector}`)
    select.value = value
    select.dispatchEvent(new Event('change', { bubbles: true }))
  }
  choose('[data-testid=quiet-what]', 'api:cert')
  choose('[data-testid=quiet-for]', '4')
  await stage.press('[data-testid=quiet-kind] input[value=maintenance]')
  await stage.fill('[data-testid=quiet-note]', '  Upgrade ')
  await stage.press('[data-testid=keep-quiet]')
  await stage.see('[data-testid=end-quiet]')
  expect(stage.world.heartbeat.get().quietTimes).toEqual([
    {
      id: expect.any(String),
      kind: 'maintenance',
      monitorId: 'api:cert',
      from: NOW,
      to: NOW + 4 * HOUR,
      note: 'Upgrade',
    },
  ])
  await stage.press('[data-testid=end-quiet]')
  await stage.unsee('[data-testid=end-quiet]')
})

test('a window that could not be kept says so and keeps what was typed', async () => {
  await monitors()
  stage.world.failing.set('heartbeat.keepQuiet', problem('internal', 'database is locked'))
  await stage.fill('[data-testid=quiet-note]', 'Upgrade')
  await stage.press('[data-testid=keep-quiet]')
  await stage.see('[data-testid=quiet-problem]')
  expect(document.querySelector<HTMLInputElement>('[data-testid=quiet-note]')?.value).toBe('Upgrade')
})

test('the health key leaves its field at once, kept or not', async () => {
  stage = await openStage({
    address: ADDRESS,
    world: (world) =>
      world.heartbeat.set((status) => ({
        ...status,
        monitors: status.monitors.map((monitor) =>
          monitor.kind === 'health'
            ? {
                ...monitor,
                state: 'unknown',
                last: { at: NOW, outcome: 'unobserved', latencyMs: null, failure: 'health-key-missing' },
              }
            : monitor,
        ),
      })),
  })
  stage.world.failing.set('heartbeat.setHealthKey', problem('keychain-locked'))
  await stage.fill('[data-testid=health-key]', 'obviously-not-a-key')
  await stage.press('[data-testid=keep-health-key]')
  await stage.see('[data-testid=health-key-problem]')
  expect(document.querySelector<HTMLInputElement>('[data-testid=health-key]')?.value).toBe('')
  expect(document.documentElement.outerHTML).not.toContain('obviously-not-a-key')
  expect(stage.world.calls).toContain('heartbeat.setHealthKey')
})

test('everything is looked at, and what a connection does not have is no fault', async () => {
  await monitors()
  stage.world.failing.set('heartbeat.lookNow', problem('bad-input', 'manager:cert'))
  await stage.press('[data-testid=look-at-all]')
  const looks = () => stage.world.calls.filter((call) => call === 'heartbeat.lookNow').length
  await expect.poll(looks).toBe(6)
  expect(document.querySelector('[data-testid=look-at-all-problem]')).toBeNull()
})

test('the strip is read point by point with the keys', async () => {
  await monitors()
  const strip = await stage.see('[data-testid=uptime-strip]')
  strip.focus()
  stage.key('Home')
  await stage.see('[data-testid=uptime-strip][aria-valuenow="0"]')
  expect(strip.getAttribute('aria-valuetext')).toContain('not observed')
  stage.key('End')
  await stage.see('[data-testid=uptime-strip][aria-valuenow="287"]')
  expect(strip.getAttribute('aria-valuetext')).toContain('good (0 of 5 failed)')
})
