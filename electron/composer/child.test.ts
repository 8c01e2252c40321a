import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FromComposer, StartComposer, ToComposer } from '#base/composer-channel.ts'
import { type PlatformDouble, startPlatformDouble, TOKEN } from '../../tests/support/composer-platform.ts'
import { testKey } from '../../tests/support/composer-rig.ts'
import { until } from '../../tests/support/until.ts'
import type { Child } from '../core/ports/child-process.ts'
import { forkChild } from '../core/ports/node-child.ts'

/** The composer as the console starts it: a process of its own, told everything over the private channel. */
let platform: PlatformDouble
let child: Child
let heard: FromComposer[]
let output: string
let code: number | null | 'runs'

beforeEach(async () => {
  platform = await startPlatformDouble()
  heard = []
  output = ''
  code = 'runs'
})
afterEach(async () => {
  child.kill('SIGKILL')
  await platform.close()
})

function start(opencti: object = {}): void {
  child = forkChild('electron/composer/main.ts', ['--child'])
  child.onMessage((message) => void heard.push(message as FromComposer))
  child.onOutput((text) => {
    output += text
  })
  child.onExit((ended) => {
    code = ended
  })
  say({
    type: 'start',
    settings: {
      manager: { id: 'of-the-app', credentials_key: testKey(), execute_schedule: 1 },
      opencti: { url: platform.url, token: TOKEN, daemon: { selector: 'docker' }, ...opencti },
    },
    dockerHost: 'unix:///nonexistent/docker.sock',
  } satisfies StartComposer)
}
const say = (message: ToComposer): void => child.post(message)
const last = () => heard.findLast((message) => message.type === 'report')

describe('the composer as a child', () => {
  it('is ready with the fingerprint of its key, reports how it stands, and drains when asked', async () => {
    start()
    await until('it is ready', () => heard[0]?.type === 'ready', 10_000)
    expect(heard[0]).toMatchObject({ keyBits: 2048, keyFingerprint: expect.stringMatching(/^[\w+/]{43}=$/) })
    await until('it reports', () => last()?.progress.registered)
    await until('it says what is wrong', () => last()?.progress.cycleProblem)
    expect(last()?.progress).toMatchObject({
      orchestrator: 'docker',
      cycleProblem: expect.stringContaining('orchestrator: '),
      lastHealthyCycleAt: null,
      removalsHeld: [],
    })
    expect(platform.calls[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`)
    say({ type: 'stop' })
    child.kill('SIGTERM')
    await until('it ends', () => code !== 'runs')
    expect(code).toBe(0)
    expect(output).not.toContain(TOKEN)
    expect(JSON.stringify(heard)).not.toContain(TOKEN)
  }, 20_000)

  it('names what is wrong in its configuration, and ends', async () => {
    start({ url: 'ftp://somewhere', token: '' })
    await until('it ends', () => code !== 'runs', 10_000)
    expect(heard).toEqual([
      {
        type: 'failed',
        code: 'bad-config',
        message:
          'opencti.url is no http or https address, or carries a password; opencti.token is missing, and so is token_file',
      },
    ])
    expect(code).toBe(1)
    expect(platform.calls).toEqual([])
  }, 20_000)
})
