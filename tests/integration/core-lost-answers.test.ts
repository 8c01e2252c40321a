import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issueCertificate } from '../support/certificate.ts'
import { consoleRig } from '../support/console-rig.ts'
import { type FaultProxy, type SpoiledAnswer, startFaultProxy } from '../support/fault-proxy.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** The real platform carries the mutation out, and its answer is spoiled on the way back. */
const LOST: readonly SpoiledAnswer[] = [
  'lose-answer',
  'bad-record',
  'http-403-after',
  'http-408-after',
  'redirect-after',
  'html-after',
  'html-as-json-after',
  'error-below',
]

let platform: TestPlatform
let proxy: FaultProxy
let rig: ReturnType<typeof consoleRig>
let connectionId: string
let userId: string

beforeEach(async () => {
  platform = await startTestPlatform({ seed: 'demo' })
  const day = 86_400_000
  const dates = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) }
  const wanted = { organisation: 'Test', commonName: '127.0.0.1', loopback: true, authority: true, ...dates }
  const { key, cert } = issueCertificate(wanted)
  proxy = await startFaultProxy(platform.url, { key, cert })
  rig = consoleRig({ clock: platform.clock })
  const token = (await platform.generate()).plaintext_token
  const typed = { name: 'Test', url: proxy.url, token, caPem: cert, proxy: null, remember: true }
  connectionId = (await rig.client.connections.add(typed)).id
  const page = await rig.client.tokens.users({ connectionId, search: '', after: null, first: 200 })
  userId = page.users.find(({ tokenCount }) => tokenCount === 0)?.id ?? ''
  expect(userId).not.toBe('')
})

afterEach(async () => {
  await rig.console.dispose()
  await proxy.close()
  await platform.platform.stop()
})

const generate = () => rig.client.tokens.generate({ connectionId, userId, name: 'ci', duration: 'DAYS_30' })
const mutations = () => proxy.seen.filter((document) => document.startsWith('mutation'))
const spoil = (fault: SpoiledAnswer) => {
  proxy.choose = (document) => (document.startsWith('mutation') ? fault : null)
}

/** What the platform itself says, past the proxy. */
async function tokensThere(): Promise<{ id: string }[]> {
  const { data } = await platform.ask('query ($id: String!) { user(id: $id) { api_tokens { id } } }', {
    variables: { id: userId },
  })
  return data.user.api_tokens
}

describe.each(LOST)('%s', (fault) => {
  it('a generation ends with its orphan and one token', async () => {
    spoil(fault)
    const error = await generate().catch((caught: unknown) => caught)
    const there = await tokensThere()
    expect(there).toHaveLength(1)
    expect(error).toMatchObject({ code: 'ANSWER_LOST', data: { checked: true, orphans: there } })
    expect(mutations()).toHaveLength(1)
    expect(rig.ledger().at(-1)).toMatchObject({ result: 'unknown', tokenIds: [there[0]?.id] })
  })

  it('a revocation is settled by the list', async () => {
    const { token } = await generate()
    spoil(fault)
    const after = await rig.client.tokens.revoke({ connectionId, userId, tokenId: token.id, reason: '' })
    expect(after.tokens).toEqual([])
    expect(await tokensThere()).toEqual([])
    expect(rig.ledger().at(-1)).toMatchObject({
      result: 'done',
      seenGone: true,
      answer: expect.any(String),
    })
  })

  it('a revocation whose list cannot be read either is unknown', async () => {
    const { token } = await generate()
    spoil(fault)
    let left = false
    const mutation = proxy.choose
    proxy.choose = (document) => {
      left ||= document.startsWith('mutation')
      return mutation(document) ?? (left ? 'http-500' : null)
    }
    const call = rig.client.tokens.revoke({ connectionId, userId, tokenId: token.id, reason: '' })
    await expect(call).rejects.toMatchObject({ code: 'PROBLEM' })
    expect(rig.ledger().at(-1)).toMatchObject({ result: 'unknown', seenGone: false })
  })
})

it('whole data beside an error is an answer: its value is not lost', async () => {
  spoil('data-and-error')
  const { token, revealId } = await generate()
  const { value } = await rig.client.tokens.reveal({ revealId })
  expect(await tokensThere()).toMatchObject([{ id: token.id }])
  const answer = await platform.ask('{ me { id } }', { token: value })
  expect(answer.data.me.id).toBe(userId)
  expect(rig.ledger().at(-1)).toMatchObject({ result: 'done' })
})

it('a refusal, and a platform that is gone, are known to have done nothing', async () => {
  proxy.choose = (document) => (document.startsWith('mutation') ? 'forbidden' : null)
  await expect(generate()).rejects.toMatchObject({ code: 'PROBLEM', data: { code: 'forbidden' } })
  expect(rig.ledger().at(-1)).toMatchObject({ result: 'failed' })
  expect(await tokensThere()).toEqual([])
})
