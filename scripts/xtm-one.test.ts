import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Runs the command and returns what it printed until it could be used, and a way to end it. */
async function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'xtm-one.ts'), ...args],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let text = ''
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk
      if (text.includes('XTM__XTM_ONE_TOKEN')) resolve()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk
    })
    void exited.then(() => resolve())
  })
  return {
    text: () => text,
    exited,
    async end(): Promise<number | null> {
      child.kill('SIGTERM')
      return exited
    },
  }
}

it('npm run xtm-one starts the stand-in alone, says how to reach it and ends on a signal', {
  timeout: 20_000,
}, async () => {
  const token = 'not-a-real-registration-token-0003'
  const command = await start(['--port', '0'], { PLATFORM_REGISTRATION_TOKEN: token })
  const url = /XTM__XTM_ONE_URL=(\S+)/.exec(command.text())?.[1] ?? ''
  expect(await (await fetch(`${url}/api/health`)).json()).toMatchObject({ status: 'ok' })
  const register = (bearer: string): Promise<Response> =>
    fetch(`${url}/api/v1/platform/register`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}` },
      body: JSON.stringify({
        platform_identifier: 'opencti',
        platform_url: '',
        platform_title: '',
        platform_version: '1',
        platform_id: 'p',
      }),
    })
  expect((await register('xtm-default-registration-token')).status).toBe(401)
  expect((await register(token)).status).toBe(200)
  expect(await command.end()).toBe(0)
  expect(command.text()).not.toContain(token)
})

it('npm run xtm-one refuses a port that is none', { timeout: 20_000 }, async () => {
  const command = await start(['--port', 'x'])
  expect(await command.exited).toBe(2)
  expect(command.text()).toContain('--port must be a number')
})
