import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Secret } from '#base/secret.ts'
import {
  commandLines,
  filesIn,
  type Place,
  searchPlaces,
  wordsOf,
} from '../../tests/support/canary-places.ts'
import { consoleRig } from '../../tests/support/console-rig.ts'
import { startTestPlatform, type TestPlatform } from '../../tests/support/platform-rig.ts'

/**
 * The canary campaign's short form: the core alone, over its contract, on a real platform. The long one clicks through both
 * hosts and looks into the page too (tests/electron and tests/e2e, canary.test.ts).
 */
const WRONG = `flgrn_octi_tkn_${'CANARYwrong'.repeat(6).slice(0, 64)}`
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-canary-'))
const answers: string[] = []
const secrets: Record<string, string> = { 'wrong-token': WRONG }
let onClipboard: Secret | null = null
let platform: TestPlatform
let rig: ReturnType<typeof consoleRig>
let places: Place[]

beforeAll(async () => {
  platform = await startTestPlatform({ as: 'opencti-7' })
  rig = consoleRig({
    folder,
    clipboard: {
      async write(secret) {
        onClipboard = secret
      },
      matches: async () => 'same',
      async clear() {
        onClipboard = null
      },
    },
  })
  places = [
    filesIn('profile', folder),
    wordsOf('log', () => rig.lines.join('\n')),
    wordsOf('answers to the page', () => answers.join('\n')),
    commandLines,
  ]
})
afterAll(async () => {
  await rig.console.dispose()
  await platform.platform.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** What the page is told, kept to be searched; the one answer that carries a value is not among them. */
async function told<Value>(call: Promise<Value>): Promise<Value> {
  try {
    const answer = await call
    answers.push(JSON.stringify(answer) ?? '')
    return answer
  } catch (error) {
    answers.push(JSON.stringify(error), String(error))
    throw error
  }
}

it('a secret that passes the core is in no file, line, answer or command line', {
  timeout: 20_000,
}, async () => {
  const { client } = rig
  const typed = {
    kind: 'opencti',
    name: 'Test',
    url: platform.url,
    caPem: null,
    proxy: null,
    remember: true,
  } as const
  await expect(told(client.connections.add({ ...typed, token: WRONG }))).rejects.toThrow()
  secrets['connection-token'] = (await platform.generate()).plaintext_token
  const { id } = await told(client.connections.add({ ...typed, token: secrets['connection-token'] }))

  for (const name of ['copied', 'sealed', 'lost']) {
    const made = await told(
      client.tokens.generate({ connectionId: id, userId: 'me', name, duration: 'DAYS_30' }),
    )
    secrets[name] = (await client.tokens.reveal({ revealId: made.revealId })).value
    if (name === 'copied') await told(client.tokens.copy({ revealId: made.revealId, format: 'token' }))
    if (name === 'sealed') {
      const recipient = await identityToRecipient(await generateIdentity())
      await told(client.tokens.seal({ revealId: made.revealId, recipient }))
    }
    if (name === 'lost') rig.console.pageEnded('crash')
    await told(client.tokens.forget({ revealId: made.revealId }))
    await expect(told(client.tokens.reveal({ revealId: made.revealId }))).rejects.toThrow()
    if (name === 'copied')
      await told(
        client.tokens.revoke({
          connectionId: id,
          userId: 'me',
          tokenId: made.token.id,
          reason: 'Shown in a chat',
        }),
      )
  }
  expect(onClipboard).not.toBeNull()
  await told(client.diagnostics.make())
  await told(client.activity.exportLedger())
  await platform.platform.stop()
  await expect(
    told(client.tokens.generate({ connectionId: id, userId: 'me', name: 'Never', duration: 'DAYS_30' })),
  ).rejects.toThrow()

  expect(Object.values(secrets).filter((value) => value.length < 40)).toEqual([])
  const { hits, bytes } = await searchPlaces(places, secrets)
  expect(hits).toEqual([])
  expect(Object.entries(bytes).filter(([, read]) => read === 0)).toEqual([])
})

it('a leak planted into each of these places is found', async () => {
  const planted = 'not-a-real-token-planted-0123456789'
  writeFileSync(join(folder, 'planted'), Buffer.from(planted).toString('base64'))
  rig.lines.push(encodeURIComponent(planted))
  answers.push(Buffer.from(planted).toString('hex'))
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)', planted], { stdio: 'ignore' })
  const { hits } = await searchPlaces(places, { planted })
  child.kill()
  const found = places
    .map(({ name }) => name)
    .filter((name) => hits.some((hit) => hit.startsWith(`${name}: `)))
  expect(found).toEqual(places.map(({ name }) => name))
})
