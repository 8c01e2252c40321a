import { afterEach, expect, test, vi } from 'vitest'
import { FAKE_VALUE } from '../../../tests/page/router.ts'
import { openStage, type Stage } from '../../../tests/page/stage.tsx'
import { handOver, makeToken, RECIPIENT, tokenIsUsed } from '../../../tests/page/view-states-hand-off.ts'
import { NOW } from '../../../tests/page/world.ts'

let stage: Stage

afterEach(() => {
  vi.restoreAllMocks()
  stage.end()
})

const snippet = (): string => document.querySelector('[data-testid=snippet]')?.textContent ?? ''
const lastUsed = (name: string): string | undefined =>
  [...document.querySelectorAll('[role=grid] [role=row]')]
    .map((row) => [...row.children].map((cell) => cell.textContent ?? ''))
    .find(([first]) => first === name)?.[4]
const MADE = 'Bob Keller 2026-09-22'

test.each(['curl', 'pycti', 'dotenv', 'compose', 'kubernetes'])(
  '%s: says the platform’s address and reads the token from the environment',
  async (format) => {
    stage = await openStage()
    await handOver(stage, format)
    await stage.see('[data-testid=snippet]')
    expect(snippet()).toContain('https://opencti.example.org')
    expect(snippet()).toContain('OPENCTI_TOKEN')
    expect(snippet()).not.toContain(FAKE_VALUE.slice(0, 24))
  },
)

test('a copied snippet is what is shown, and is no reason to close without the token', async () => {
  stage = await openStage()
  const copied: string[] = []
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => void copied.push(text))
  await handOver(stage, 'dotenv')
  await stage.press('[data-testid=copy-snippet]')
  await expect.poll(() => copied).toEqual([snippet()])
  await expect.poll(() => document.querySelector('[data-testid=copy-snippet]')?.textContent).toBe('Copied')
  await stage.press('[data-testid=close-reveal]')
  await stage.see('[data-testid=unsaved]')
})

test('a sealed file is saved, its way to be opened is said, and the dialog may close', async () => {
  stage = await openStage()
  await handOver(stage, 'sealed')
  const save = document.querySelector<HTMLButtonElement>('[data-testid=save-sealed]')
  expect(save?.disabled).toBe(true)
  await stage.fill('[data-testid=recipient]', `  ${RECIPIENT} `)
  await stage.press('[data-testid=save-sealed]')
  const said = await stage.see('[data-testid=sealed] code')
  expect(said.textContent).toBe('age -d -i KEY opencti-token-FAKE.age')
  expect(stage.saved).toEqual([
    { fileName: 'opencti-token-FAKE.age', text: '-----BEGIN AGE ENCRYPTED FILE-----' },
  ])
  await stage.press('[data-testid=close-reveal]')
  await stage.unsee('[data-dialog=reveal]')
})

test('what is no public key saves nothing, says so, and keeps the question before closing', async () => {
  stage = await openStage()
  await handOver(stage, 'sealed')
  await stage.fill('[data-testid=recipient]', 'AGE-SECRET-KEY-1FAKE')
  await stage.press('[data-testid=save-sealed]')
  const said = await stage.see('[data-dialog=reveal] [data-testid=problem]')
  expect(said.textContent).not.toContain('AGE-SECRET-KEY-1FAKE')
  expect(stage.saved).toEqual([])
  await stage.press('[data-testid=close-reveal]')
  await stage.see('[data-testid=unsaved]')
  await stage.fill('[data-testid=recipient]', RECIPIENT)
  await stage.unsee('[data-dialog=reveal] [data-testid=problem]')
})

test('another recipient is another file: what was said of the first one goes', async () => {
  stage = await openStage()
  await handOver(stage, 'sealed')
  await stage.fill('[data-testid=recipient]', RECIPIENT)
  await stage.press('[data-testid=save-sealed]')
  await stage.see('[data-testid=sealed] code')
  await stage.fill('[data-testid=recipient]', `${RECIPIENT}x`)
  await stage.unsee('[data-testid=sealed] code')
})

test('a token that waits for its first use says so in its row; then when it was used, once, in every view', async () => {
  stage = await openStage()
  await makeToken(stage)
  expect((await stage.see('[data-testid=receipt]')).textContent).toContain('Gatehouse watches')
  await stage.press('[data-testid=stored]')
  await stage.press('[data-testid=close-reveal]')
  await stage.see('[data-testid=not-used-yet]')
  expect(lastUsed(MADE)).toBe('Not used yet')
  // The others that were never used are not watched.
  expect(lastUsed('pycti notebook')).toBe('Never')

  window.location.hash = '#/settings/appearance'
  await stage.unsee('[role=grid]')
  tokenIsUsed(stage)
  const notice = await stage.see('[role=alert]')
  expect(notice.textContent).toBe(`Token …FAKE “${MADE}” was used for the first time.`)
  // What is said again after a reconnect is no news.
  tokenIsUsed(stage)
  await stage.advance(0)
  expect(document.querySelectorAll('[role=alert]')).toHaveLength(1)
  // Seen without another reading of the list.
  const reads = stage.world.calls.filter((call) => call === 'tokens.ofUser').length
  window.location.hash = '#/tokens/mine'
  await stage.see('[role=grid]')
  expect(lastUsed(MADE)).toBe('Just now')
  expect(stage.world.calls.filter((call) => call === 'tokens.ofUser')).toHaveLength(reads)
})

test('a first use that was seen before the page opened is no news, and another platform’s token is not this one', async () => {
  stage = await openStage({
    world: (world) => {
      const [token] = world.people[0]?.tokens.filter(({ lastUsedAt }) => lastUsedAt === null) ?? []
      if (!token) throw new Error('Bob used all his tokens')
      const first = {
        userId: 'u',
        owner: 'Bob',
        name: token.name,
        lastFour: 'zk90',
        since: NOW,
        checkedAt: NOW,
      }
      world.firstUses.set(() => [
        { ...first, connectionId: 'local', tokenId: token.id, usedAt: null },
        { ...first, connectionId: 'cert', tokenId: 'another', usedAt: NOW },
      ])
    },
  })
  await stage.see('[role=grid]')
  await expect.poll(() => stage.page.tokens.getState().firstUses).toHaveLength(2)
  expect(document.querySelector('[data-testid=not-used-yet]')).toBeNull()
  expect(document.querySelector('[role=alert]')).toBeNull()
})
