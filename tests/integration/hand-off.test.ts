import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { Secret } from '#base/secret.ts'
import { HAND_OFF_FORMATS, handOff } from '#shared/domain/hand-off.ts'
import { sealedFor } from '../../electron/core/tokens/sealed-file.ts'
import { consoleRig } from '../support/console-rig.ts'
import { DrivenClock } from '../support/driven-clock.ts'
import { startTestPlatform } from '../support/platform-rig.ts'
import { curl } from '../support/token-journey.ts'

const FAKE = `flgrn_octi_tkn_${'Fa-_'.repeat(16)}`
/** What a proxy's path may hold, and what a shell would take for its own. */
const ODD = `https://cti.example.org/o'neil $(touch hacked) "x"; \`id\` $HOME`

/** Runs the lines that a person pastes, and types the token when it is asked for. */
function inShell(
  snippet: string,
  { folder = mkdtempSync(join(tmpdir(), 'gatehouse-hand-off-')), typed = FAKE } = {},
) {
  const run = spawnSync('bash', ['-c', snippet], {
    cwd: folder,
    input: `${typed}\n`,
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder },
  })
  return { ...run, folder }
}

/** A program that writes down what it is called with. */
function pretending(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-hand-off-'))
  const file = join(folder, name)
  writeFileSync(file, '#!/bin/bash\nprintf "%s\\n" "$@" > arguments\ncat > input\n')
  chmodSync(file, 0o755)
  return folder
}

describe.each(HAND_OFF_FORMATS)('%s', (format) => {
  it('reads the token from the environment', () => {
    expect(handOff(format, 'https://cti.example.org')).toMatch(/OPENCTI_TOKEN/)
    expect(handOff(format, 'https://cti.example.org')).toContain('https://cti.example.org')
  })
})

it('curl: asks the platform, and the token is in no command line', async () => {
  const headers: (string | undefined)[] = []
  const server = createServer((request, response) => {
    headers.push(request.headers.authorization, request.url)
    request.resume().on('end', () => response.end('{"data":{"me":{"name":"Bob"}}}'))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  const child = spawn('bash', ['-c', handOff('curl', `http://127.0.0.1:${port}/base`)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(`${FAKE}\n`)
  let answer = ''
  child.stdout.on('data', (chunk) => {
    answer += chunk
  })
  await new Promise((done) => child.on('close', done))
  server.close()
  expect(headers).toEqual([`Bearer ${FAKE}`, '/base/graphql'])
  expect(answer).toBe('{"data":{"me":{"name":"Bob"}}}')
  const folder = pretending('curl')
  const { status } = inShell(handOff('curl', ODD), { folder })
  expect(status).toBe(0)
  expect(readFileSync(join(folder, 'arguments'), 'utf8').split('\n')).toContain(`${ODD}/graphql`)
  expect(readFileSync(join(folder, 'arguments'), 'utf8')).not.toContain('Fa-_')
  expect(readFileSync(join(folder, 'input'), 'utf8')).toBe(`Authorization: Bearer ${FAKE}\n`)
})

it('.env: a file for its owner alone', () => {
  const { folder, status } = inShell(handOff('dotenv', ODD))
  expect(status).toBe(0)
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(`OPENCTI_URL=${ODD}\nOPENCTI_TOKEN=${FAKE}\n`)
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600)
})

it('kubernetes: the secret goes by standard input', () => {
  const folder = pretending('kubectl')
  expect(inShell(handOff('kubernetes', ODD), { folder }).status).toBe(0)
  expect(readFileSync(join(folder, 'arguments'), 'utf8').trimEnd().split('\n')).toEqual([
    ...['create', 'secret', 'generic', 'opencti'],
    `--from-literal=url=${ODD}`,
    '--from-file=token=/dev/stdin',
  ])
  expect(readFileSync(join(folder, 'input'), 'utf8')).toBe(FAKE)
})

it('compose: YAML that compose fills in, and refuses without the token', () => {
  const { services } = parse(handOff('compose', ODD))
  expect(services.connector.environment).toEqual({
    OPENCTI_URL: ODD.replaceAll('$', '$$$$'),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose's own placeholder
    OPENCTI_TOKEN: '${OPENCTI_TOKEN:?set it in the environment}',
  })
})

it('pycti: a Python program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-hand-off-'))
  writeFileSync(
    join(folder, 'pycti.py'),
    'def OpenCTIApiClient(url, token):\n    print(url, token, sep="\\n")\n',
  )
  writeFileSync(join(folder, 'run.py'), handOff('pycti', ODD))
  const { stdout, error } = spawnSync('python3', [join(folder, 'run.py')], {
    encoding: 'utf8',
    env: { ...process.env, OPENCTI_TOKEN: FAKE },
  })
  if (error) return console.warn('hand-off: the Python program was not run: there is no python3')
  expect(stdout).toBe(`${ODD}\n${FAKE}\n`)
})

const hasAge = spawnSync('age', ['--version']).status === 0
if (!hasAge) console.warn('hand-off: a sealed file was not opened by age itself: it is not installed')

it.runIf(hasAge)('a sealed file is opened by age with the recipient’s key, and by no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sealed-'))
  const age = (...args: string[]) => spawnSync('age', args, { encoding: 'utf8' })
  const keyOf = (name: string) => {
    const file = join(folder, name)
    spawnSync('age-keygen', ['-o', file])
    return { file, recipient: /age1[0-9a-z]+/.exec(readFileSync(file, 'utf8'))?.[0] ?? '' }
  }
  const bob = keyOf('bob')
  const text = await sealedFor(bob.recipient, new Secret(FAKE))
  expect(text).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
  expect(text).not.toContain('Fa-_')
  expect(text).not.toBe(await sealedFor(bob.recipient, new Secret(FAKE)))
  const sealed = join(folder, 'token.age')
  writeFileSync(sealed, text)
  expect(age('-d', '-i', bob.file, sealed)).toMatchObject({ status: 0, stdout: FAKE })
  expect(age('-d', '-i', keyOf('eve').file, sealed).status).not.toBe(0)
})

it('a sealed file is in the ledger before it is handed out, and the first use is seen within a minute', async () => {
  const platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo' })
  const clock = new DrivenClock(platform.clock.now())
  const rig = consoleRig({ clock })
  try {
    const connectionId = await rig.connect(platform.url, platform.platform.consoleToken.expose())
    const userId = await platform.userIdOf('an')
    const { token, revealId } = await rig.client.tokens.generate({
      connectionId,
      userId,
      name: 'feed',
      duration: 'DAYS_30',
    })
    const { value } = await rig.client.tokens.reveal({ revealId })
    const recipient = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj'
    const sealed = await rig.client.tokens.seal({ revealId, recipient: ` ${recipient}\n` })
    expect(sealed.fileName).toBe(
      `opencti-token-${token.maskedToken.slice(-4).replaceAll(/[^A-Za-z0-9]/g, '')}.age`,
    )
    expect(rig.ledger().slice(-2)).toMatchObject([
      { phase: 'intent', action: 'token.seal', tokenId: token.id, name: 'feed', userId, recipient },
      { phase: 'outcome', result: 'done' },
    ])
    expect(JSON.stringify(rig.ledger())).not.toContain(value)
    await rig.client.tokens.forget({ revealId })

    const uses = await rig.client.tokens.firstUses()
    expect((await uses.next()).value).toMatchObject([{ tokenId: token.id, checkedAt: null, usedAt: null }])
    await clock.pass(60_000)
    expect((await uses.next()).value).toMatchObject([{ tokenId: token.id, usedAt: null }])
    await curl(platform.url, value)
    await clock.pass(60_000)
    expect((await uses.next()).value).toMatchObject([{ tokenId: token.id, usedAt: expect.any(Number) }])
    await uses.return?.()
  } finally {
    await rig.console.dispose()
    await platform.platform.stop()
  }
})
