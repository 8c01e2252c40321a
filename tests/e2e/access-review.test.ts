import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { addHolder, listed } from '../support/incident-rig.ts'
import { startTestPlatform } from '../support/platform-rig.ts'
import { saved, verify } from '../support/signed-download.ts'

/** T-18: two access reviews in a row, on a platform that answers as OpenCTI 7 does. */
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it('a first review is signed; the next one shows what changed, is decided, signed, and its revocations begin', async () => {
  const platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo' })
  ends.push(() => platform.platform.stop())
  const alice = await addHolder(platform, 'Alice Away', { tokens: 2 })
  const { page, complaints, close } = await startConsole(browser)
  ends.push(close)
  await connectPlatform(page, platform.url, platform.platform.consoleToken.expose())
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('scope-review').click()

  await page.getByTestId('begin-review').click()
  await page.getByText('This is the first review of this platform', { exact: false }).waitFor()
  expect(await page.getByTestId('finish-review').isDisabled()).toBe(true)
  await page.getByTestId('keep-unchanged').click()
  await page.getByTestId('finish-review').click()
  await page.getByTestId('finished-review').waitFor()
  const first = await saved(page, 'save-review-json')
  const key = await saved(page, 'save-key')
  expect(verify(first, key)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Genuine: gatehouse-access-review-1'),
  })

  await platform.generate(alice.id, 'UNLIMITED', 'made in between')
  await platform.ask('mutation ($u: ID!, $t: ID!) { userAdminTokenRevoke(userId: $u, id: $t) }', {
    variables: { u: alice.id, t: alice.tokens[0]?.id },
  })
  const carol = await addHolder(platform, 'Carol Fresh', { tokens: 1 })

  await page.getByTestId('begin-review').click()
  const changed = page.getByTestId('reviewed-owner')
  await expect.poll(() => changed.count()).toBe(2)
  const ofAlice = changed.filter({ hasText: 'alice.away@example.org' })
  await ofAlice.getByText('Vanished:', { exact: false }).waitFor()
  expect(await ofAlice.getByRole('listitem').filter({ hasText: 'made in between' }).innerText()).toContain(
    'New',
  )
  const ofCarol = changed.filter({ hasText: 'carol.fresh@example.org' })
  await ofCarol.getByText('Holds tokens for the first time').waitFor()

  await ofAlice.getByTestId('decide-ask').click()
  await ofAlice.getByTestId('note').fill('What is the new one for?')
  await ofCarol.getByTestId('decide-revoke').click()
  await page.getByTestId('keep-unchanged').click()
  await page.getByTestId('finish-review').click()
  await expect.poll(() => page.getByTestId('finished-review').count()).toBe(2)
  await page
    .getByTestId('finished-review')
    .first()
    .getByText('1 to revoke · 1 to ask', { exact: false })
    .waitFor()

  const newest = page.getByTestId('finished-review').first()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    newest.getByTestId('save-review-json').click(),
  ])
  const second = `${first}.second`
  await download.saveAs(second)
  expect(verify(second, key)).toMatchObject({ status: 0 })
  const report = JSON.parse(readFileSync(second, 'utf8'))
  expect(report.previous.sha256).toBe(createHash('sha256').update(readFileSync(first)).digest('hex'))
  const told = report.owners.find(({ owner }: { owner: { id: string } }) => owner.id === alice.id)
  expect(told).toMatchObject({ decision: 'ask', note: 'What is the new one for?' })
  expect(told.since.vanished).toMatchObject([{ id: alice.tokens[0]?.id }])
  for (const { value } of [...alice.tokens, ...carol.tokens])
    expect(readFileSync(second, 'utf8')).not.toContain(value.slice(20))
  writeFileSync(second, readFileSync(second, 'utf8').replace('"decision": "revoke"', '"decision": "keep"'))
  expect(verify(second, key)).toMatchObject({ status: 1, stdout: expect.stringContaining('NOT GENUINE') })

  await newest.getByTestId('revoke-decided').click()
  await page.getByTestId('confirm-bulk').click()
  await page.getByTestId('rung-gone').getByText('1 of 1').waitFor()
  expect(await listed(platform, carol.id)).toEqual([])
  expect(await listed(platform, alice.id)).toHaveLength(2)
  expect(complaints).toEqual([])
})
