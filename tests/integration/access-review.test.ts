import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Review, ReviewedOwner } from '#shared/contract/review.ts'
import { sha256 } from '../../electron/base/crypto.ts'
import { Secret } from '../../electron/base/secret.ts'
import { verifyDocument } from '../../electron/base/signature.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { addHolder, type Holder, type IncidentRig, incidentRig } from '../support/incident-rig.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** T-18: who holds which token, against the last review, against the local platform in the part of OpenCTI 7. */
let rig: IncidentRig
let alice: Holder
let bob: Holder
const ends: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  rig = await incidentRig()
  alice = await addHolder(rig.platform, 'Alice Away', { tokens: 2 })
  bob = await addHolder(rig.platform, 'Bob Plain', { tokens: 1 })
})
afterEach(async () => {
  await rig.close()
  for (const end of ends.splice(0).reverse()) await end()
})

const begin = (): Promise<Review> => rig.client.review.begin({ connectionId: rig.connectionId })

async function all(id: string, show: 'changed' | 'open' | 'all' = 'all'): Promise<ReviewedOwner[]> {
  const found: ReviewedOwner[] = []
  for (let after: number | null = null; ; ) {
    const page: { owners: ReviewedOwner[]; more: boolean } = await rig.client.review.owners({
      id,
      show,
      search: '',
      after,
      first: 7,
    })
    found.push(...page.owners)
    if (!page.more) return found
    after = page.owners.at(-1)?.place ?? null
  }
}

async function text(id: string, format: 'json' | 'html' = 'json'): Promise<string> {
  const parts: string[] = []
  for await (const piece of await rig.client.review.report({ id, format })) parts.push(piece)
  return parts.join('')
}

/** Keeps everybody and signs. */
async function finished(): Promise<Review> {
  const { id } = await begin()
  await rig.client.review.decide({ id, who: 'unchanged', decision: 'keep', note: '' })
  const left = await all(id, 'open')
  if (left.length > 0)
    await rig.client.review.decide({ id, who: left.map(({ place }) => place), decision: 'keep', note: '' })
  return rig.client.review.finish({ id })
}

const of = (owners: readonly ReviewedOwner[], { id }: { id: string }): ReviewedOwner | undefined =>
  owners.find((owner) => owner.id === id)

it('the first one has everybody who holds a token, and nothing to compare with', async () => {
  const review = await begin()
  const owners = await all(review.id)
  const { data } = await rig.platform.ask(
    '{ users(first: 5000) { edges { node { id api_tokens { id } } } } }',
  )
  const holders = (data.users.edges as { node: { id: string; api_tokens: unknown[] } }[]).filter(
    ({ node }) => node.api_tokens.length > 0,
  )
  expect(owners.map(({ id }) => id).sort()).toEqual(holders.map(({ node }) => node.id).sort())
  expect(review).toMatchObject({
    previous: null,
    comparable: true,
    changed: 0,
    owners: holders.length,
    open: holders.length,
    openUnchanged: holders.length,
    finishedAt: null,
    scope: 'everyone',
  })
  expect(of(owners, alice)).toMatchObject({ isNew: false, changed: false, vanished: [], decision: null })
  expect(of(owners, alice)?.capabilities).toContain('APIACCESS_USETOKEN')
  expect(await begin()).toEqual(review)
})

it('the next one tells what appeared, vanished, was used, and whose rights changed', async () => {
  const first = await finished()
  await rig.platform.ask('{ me { id } }', { token: alice.tokens[0]?.value ?? '' })
  await rig.client.tokens.revoke({
    connectionId: rig.connectionId,
    userId: alice.id,
    tokenId: alice.tokens[1]?.id ?? '',
    reason: 'Old laptop',
  })
  const made = await rig.platform.generate(alice.id, 'DAYS_30', 'new one')
  await rig.platform.ask(
    'mutation ($id: ID!, $input: [EditInput]!) { userEdit(id: $id) { fieldPatch(input: $input) { id } } }',
    { variables: { id: bob.id, input: [{ key: 'account_status', value: ['Locked'] }] } },
  )
  const carol = await addHolder(rig.platform, 'Carol Fresh', { tokens: 1 })

  const review = await begin()
  expect(review.previous).toEqual({ id: first.id, finishedAt: first.finishedAt, digest: first.digest })
  const owners = await all(review.id, 'changed')
  expect(owners.map(({ id }) => id).sort()).toEqual([alice.id, bob.id, carol.id].sort())
  const found = of(owners, alice)
  expect(new Map(found?.tokens.map(({ id, marks }) => [id, marks]))).toEqual(
    new Map([
      [alice.tokens[0]?.id, ['used']],
      [made.token_id, ['appeared']],
    ]),
  )
  expect(found?.vanished).toMatchObject([{ id: alice.tokens[1]?.id, fate: 'revoked' }])
  expect(of(owners, bob)).toMatchObject({ accountStatus: 'Locked', statusBefore: 'Active' })
  expect(of(owners, carol)).toMatchObject({ isNew: true })
})

it('rights that an owner had not, or has no more, are told', async () => {
  const { id } = await finished()
  // The local platform has no way to give or take a role: it is the earlier review that knew other rights.
  const database = new DatabaseSync(join(rig.folder, 'console.sqlite'))
  const earlier = database.prepare(
    `UPDATE review_owner SET body = json_set(body, '$.capabilities', json(?))
     WHERE review = ? AND json_extract(body, '$.id') = ?`,
  )
  earlier.run('["APIACCESS_USETOKEN"]', id, alice.id)
  database.close()
  const found = of(await all((await begin()).id, 'changed'), alice)
  expect(found?.gained).toContain('KNOWLEDGE')
  expect(found?.lost).toEqual([])
  expect(found?.tokens.flatMap(({ marks }) => marks)).toEqual([])
})

it('decisions are counted, changed, and kept over a restart; nobody is forgotten', async () => {
  const { id } = await begin()
  const owners = await all(id)
  const [one, two] = [of(owners, alice), of(owners, bob)].map((owner) => owner?.place ?? -1) as [
    number,
    number,
  ]
  await rig.client.review.decide({ id, who: [one, two], decision: 'revoke', note: 'gone since May' })
  const asked = await rig.client.review.decide({ id, who: [two], decision: 'ask', note: 'still needed?' })
  expect(asked.decided).toEqual({ keep: 0, revoke: 1, ask: 1 })
  expect((await problemOf(rig.client.review.finish({ id })))?.code).toBe('review-undecided')
  await rig.restart()
  expect((await rig.client.review.list({ connectionId: rig.connectionId }))[0]).toEqual(asked)
  const after = await rig.client.review.decide({ id, who: 'unchanged', decision: 'keep', note: '' })
  expect(after).toMatchObject({ open: 0, decided: { keep: after.owners - 2, revoke: 1, ask: 1 } })
  const [targets, ...others] = await rig.client.review.toRevoke({ id })
  expect(others).toEqual([])
  expect(targets?.userId).toBe(alice.id)
  expect(targets?.tokenIds.toSorted()).toEqual(alice.tokens.map((token) => token.id).sort())
  const found = await rig.client.review.owners({ id, show: 'all', search: 'BOB.PL', after: null, first: 5 })
  expect(found.owners).toMatchObject([{ id: bob.id, decision: 'ask', note: 'still needed?' }])
})

it('the finished one is signed, says the same each time, and no byte of it can change; the next names its digest', async () => {
  const review = await finished()
  const report = await text(review.id)
  expect(sha256(report).toString('hex')).toBe(review.digest)
  expect(await text(review.id)).toBe(report)
  const { publicKey } = await rig.client.activity.publicKey()
  expect(verifyDocument(publicKey, Buffer.from(report))).toMatchObject({ ok: true })
  const changed = report.replace('"decision": "keep"', '"decision": "ask"')
  expect(verifyDocument(publicKey, Buffer.from(changed))).toMatchObject({ ok: false, why: 'changed' })
  const html = await text(review.id, 'html')
  expect(html).toContain(review.digest)
  expect(html).toContain('Alice Away')

  const second = await finished()
  expect(JSON.parse(await text(second.id)).previous.sha256).toBe(review.digest)
  const ledger = rig.ledger()
  expect(JSON.stringify(ledger)).toContain(review.digest)
  for (const told of [report, html, JSON.stringify(ledger), rig.lines.join('\n')])
    for (const { value } of [...alice.tokens, ...bob.tokens]) expect(told).not.toContain(value.slice(20))
})

it('what is finished stays: it is neither decided nor discarded any more', async () => {
  const { id } = await finished()
  const call = rig.client.review.decide({ id, who: [0], decision: 'ask', note: '' })
  expect((await problemOf(call))?.code).toBe('review-finished')
  expect((await problemOf(rig.client.review.discard({ id })))?.code).toBe('review-finished')
  expect((await problemOf(rig.client.review.finish({ id })))?.code).toBe('review-finished')
})

it('with a platform that breaks off nothing is begun', async () => {
  rig.proxy.choose = (document) => (document.includes('query Inventory') ? 'cut' : null)
  const failed = problemOf(begin())
  for (let turns = 0; turns < 200; turns++) {
    rig.clock.advance(100)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect((await failed)?.code).toBe('cut')
  expect(await rig.client.review.list({ connectionId: rig.connectionId })).toEqual([])
})

it('the console closes at once while one is being read, and nothing of it is there afterwards', async () => {
  let asked = (): void => {}
  const reading = new Promise<void>((resolve) => {
    asked = resolve
  })
  rig.proxy.choose = (document) => {
    if (!document.includes('query Inventory')) return null
    asked()
    return 'hang'
  }
  const failed = problemOf(begin())
  await reading
  // Neither clock nor platform move on: what the end waited for would have no end.
  await rig.restart()
  expect((await failed)?.code).toBe('stopping')
  expect(await rig.client.review.list({ connectionId: rig.connectionId })).toEqual([])
  expect(JSON.stringify(rig.ledger())).not.toContain('review.begin')
})

it('the console closes while one is being signed: it is open still', async () => {
  const { id } = await begin()
  await rig.client.review.decide({ id, who: 'unchanged', decision: 'keep', note: '' })
  const failed = problemOf(rig.client.review.finish({ id }))
  await rig.restart()
  expect((await failed)?.code).toBe('stopping')
  expect((await rig.client.review.list({ connectionId: rig.connectionId }))[0]).toMatchObject({
    id,
    finishedAt: null,
  })
})

it('without a ledger nothing is begun and nothing is finished', async () => {
  const { id } = await begin()
  await rig.client.review.decide({ id, who: 'unchanged', decision: 'keep', note: '' })
  rig.breakLedger()
  expect((await problemOf(rig.client.review.finish({ id })))?.code).toBe('ledger-failed')
  await rig.client.review.discard({ id })
  expect((await problemOf(begin()))?.code).toBe('ledger-failed')
})

it('who sees only themselves, and a platform without tokens, cannot review (T-20)', async () => {
  const connectionId = await rig.connect(bob.tokens[0]?.value ?? '')
  expect((await problemOf(rig.client.review.begin({ connectionId })))?.code).toBe('missing-capability')
  const admin = '11111111-2222-4333-8444-555555555555'
  const platform = await startTestPlatform({
    as: 'opencti-6.9',
    seed: 'demo',
    admin: { token: new Secret(admin) },
  })
  ends.push(() => platform.platform.stop())
  const old = consoleRig()
  ends.push(() => old.console.dispose())
  const oldId = await old.connect(platform.url, admin)
  expect((await problemOf(old.client.review.begin({ connectionId: oldId })))?.code).toBe('old-platform')
})

it('nothing of a token but its mask is in the database', async () => {
  await finished()
  const bytes = readFileSync(`${rig.folder}/console.sqlite`).toString('latin1')
  for (const { value } of alice.tokens) expect(bytes).not.toContain(value.slice(20))
})
