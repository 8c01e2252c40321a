import { afterEach, beforeEach, expect, test } from 'vitest'
import { ALICE } from '../../../tests/page/people.ts'
import { openStage, type Stage } from '../../../tests/page/stage.tsx'
import { leakOf, leakText, strangeLeak } from '../../../tests/page/triage-world.ts'

/** T-19: a text with tokens goes in, verdicts come out, and nothing of the text stays. */
let stage: Stage
beforeEach(async () => {
  stage = await openStage({
    address: '#/tokens/mine',
    world(world) {
      const alice = world.people.find(({ user }) => user.id === ALICE)
      if (alice) world.leaks = [leakOf(alice), strangeLeak('0001', 'unknown')]
    },
  })
  await stage.press('[data-testid=triage]')
})
afterEach(() => stage.end())

async function look(text: string): Promise<void> {
  await stage.fill('[data-testid=leak-text]', text)
  await stage.press('[data-testid=look-up]')
}

/** Everything the page shows and everything it could be typed into. */
function everything(): string {
  const fields = [...document.querySelectorAll('input, textarea')].map(
    (field) => (field as HTMLInputElement | HTMLTextAreaElement).value,
  )
  return [document.body.innerHTML, location.href, ...fields].join('\n')
}

test('the text is gone from the page as soon as it is looked up', async () => {
  stage.world.hanging.add('triage.identify')
  await look(leakText(2))
  await stage.see('[data-testid=asking]')
  expect(everything()).not.toContain('FAKEFAKE')
})

test('what was found is told, and what can be revoked is chosen', async () => {
  await look(leakText(2))
  const live = await stage.see('[data-testid=leak-live]')
  expect(live.textContent).toContain('Alice')
  expect(live.textContent).toContain('Line 2')
  await stage.see('[data-testid=leak-unknown]')
  expect(everything()).not.toContain('FAKEFAKE')
  await stage.press('[data-testid=choose-leak]')
  expect((await stage.see('[data-testid=revoke-leaks]')).hasAttribute('disabled')).toBe(true)
  await stage.press('[data-testid=choose-leak]')
  await stage.press('[data-testid=revoke-leaks]')
  await stage.unsee('[data-dialog=triage]')
  expect(stage.world.calls).toContain('triage.revoke')
  expect(window.location.hash).toBe('#/tokens/incident/incident-leak')
})

test('a text without a token is said to have none, and nothing is asked', async () => {
  await look('a text')
  await stage.see('[data-testid=no-leak]')
  expect(stage.world.calls).not.toContain('triage.identify')
})

test('closing it has the values forgotten', async () => {
  await look(leakText(1))
  await stage.press('[data-testid=close-triage]')
  await stage.unsee('[data-dialog=triage]')
  expect(stage.world.calls).toContain('triage.forget')
})

test('the patterns are saved as their scanners read them', async () => {
  for (const scanner of ['gitleaks', 'trufflehog', 'github'])
    await stage.press(`[data-testid=patterns-${scanner}]`)
  expect(stage.saved.map(({ fileName }) => fileName)).toEqual([
    'gitleaks.toml',
    'trufflehog.yaml',
    'github-custom-patterns.txt',
  ])
  for (const { text } of stage.saved) expect(text).toContain('flgrn_octi_tkn_[A-Za-z0-9_-]{64}')
})
