import '../support/raw-imports.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Secret } from '#base/secret.ts'
import type { Row } from '../../scripts/bench.ts'
import { quietLogger } from '../support/quiet-logger.ts'
import { runRegistration } from '../support/xtm-one-process.ts'
import { createRig } from '../support/xtm-one-rig.ts'

export const id = 'X-BEAT'

const USERS = 10_000
const BEATS = 15
/** users with a mail address beside those filled in: the administrator */
const BUILT_IN = 1

/** What a heartbeat of 10 000 provisioned users costs beside a bare post of the same users, taken in turn in one process. */
export async function run(): Promise<Row[]> {
  return [await alone(), ...(await throughThePlatform())]
}

/** The registration on stores of its own. */
async function alone(): Promise<Row> {
  const rig = await createRig()
  try {
    rig.platform.addUsers(0, USERS)
    const { measured } = await runRegistration(rig, { measuredBeats: BEATS }).ended
    if (!measured) throw new Error('The registration did not end')
    return rowOf('second beat', median(measured.beatMs) / median(measured.bareMs))
  } finally {
    await rig.close()
  }
}

/** The local platform's own users, tokens and audit. */
async function throughThePlatform(): Promise<Row[]> {
  const { createPlatform } = await import('../../electron/local-platform/platform.ts')
  const { openPlatformDatabase } = await import('../../electron/local-platform/database/open.ts')
  const { readConfiguration } = await import('../../electron/xtm-one/configuration.ts')
  const dataFolder = mkdtempSync(join(tmpdir(), 'gatehouse-x-beat-'))
  const receiver = await countingReceiver()
  const options = {
    dataFolder,
    key: new Uint8Array(32).fill(7),
    logger: quietLogger().logger,
    xtmOne: {
      configuration: readConfiguration({
        XTM__XTM_ONE_URL: receiver.url,
        XTM__XTM_ONE_TOKEN: 'not-a-real-registration-token-0005',
        XTM__XTM_ONE_PROFILE: 'poc',
      }),
    },
  }
  await (await createPlatform(options)).stop()
  const database = openPlatformDatabase(dataFolder)
  fillUsers(database)
  const platform = await createPlatform(options)
  try {
    const beat = (): Promise<number> => beatMs(platform.url, platform.consoleToken)
    const firstMs = await beat()
    const firstKeys = receiver.keys()
    const times: { beats: number[]; bare: number[] } = { beats: [], bare: [] }
    for (let round = 0; round < BEATS; round += 1) {
      times.bare.push(await bareMs(database, receiver.url))
      times.beats.push(await beat())
    }
    return [
      {
        id,
        figure: `local platform, first beat ${(firstMs / 1_000).toFixed(1)} s with ${firstKeys} keys, the next ${BEATS} with ${receiver.keys() - firstKeys}`,
        bar: `${USERS + BUILT_IN} keys, then 0`,
        pass: firstKeys === USERS + BUILT_IN && receiver.keys() === firstKeys,
      },
      rowOf('local platform, second beat', median(times.beats) / median(times.bare)),
    ]
  } finally {
    await platform.stop()
    database.close()
    await receiver.close()
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

type Database = ReturnType<
  typeof import('../../electron/local-platform/database/open.ts').openPlatformDatabase
>

function fillUsers(database: Database): void {
  database.exec(`
    WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${USERS})
    INSERT INTO users (id, name, user_email, capabilities, created_at, updated_at)
    SELECT printf('user-%06d', value), 'User ' || value, 'user' || value || '@example.org', 'APIACCESS_USETOKEN', 0, 0 FROM n`)
}

/** Takes what comes and counts the credentials in it, without reading it as JSON: it costs both sides the same. */
async function countingReceiver() {
  let keys = 0
  const server = createServer((request, response) => {
    let tail = ''
    request.setEncoding('utf8')
    request.on('data', (piece: string) => {
      const text = tail + piece
      keys += text.match(/"api_key":"f/g)?.length ?? 0
      tail = text.slice(-11)
    })
    request.on('end', () => response.end('{"status":"registered"}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys: () => keys,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

/** Asks for a beat and gives how long the platform says it took, in ms. */
async function beatMs(url: string, token: Secret): Promise<number> {
  const ask = async (query: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token.expose()}` },
      body: JSON.stringify({ query }),
    })
    return ((await response.json()) as { data: { registration: Progress } }).data.registration
  }
  const fields = '{ running attempts(first: 1) { started_at ended_at outcome } }'
  let { running, attempts } = await ask(`mutation { registration: xtmOneRegisterNow ${fields} }`)
  while (running) {
    // Asked seldom: the platform answers in this very process, on the time of its own beat.
    await pause(100)
    ;({ running, attempts } = await ask(`{ registration: xtmOneRegistration ${fields} }`))
  }
  const [attempt] = attempts
  if (attempt?.outcome !== 'registered') throw new Error(`The beat failed: ${attempt?.outcome}`)
  return Date.parse(attempt.ended_at) - Date.parse(attempt.started_at)
}

interface Progress {
  readonly running: boolean
  readonly attempts: readonly { started_at: string; ended_at: string; outcome: string }[]
}

/** What any beat with these users costs at least: list them, write them down, post them. */
async function bareMs(database: Database, url: string): Promise<number> {
  const { createHttpPost } = await import('../../electron/xtm-one/http.ts')
  const { payloadBody, payloadHead } = await import('../../electron/xtm-one/payload.ts')
  const page = database.prepare(
    `SELECT user_email AS email, name AS display_name, '' AS api_key, id FROM users
       WHERE id > ? AND user_email <> '' ORDER BY id LIMIT 500`,
  )
  async function* users() {
    for (let after = ''; ; ) {
      const rows = page.all(after) as unknown as {
        email: string
        display_name: string
        api_key: string
        id: string
      }[]
      if (rows.length === 0) return
      yield rows.map(({ id: _, ...user }) => user)
      after = rows.at(-1)?.id ?? ''
    }
  }
  const head = payloadHead(
    { id: 'bare', url, title: '', version: '', licencePem: null, supportsApprovalPrompts: false },
    { pem: null, type: null },
  )
  const from = performance.now()
  await createHttpPost()({
    url: `${url}/api/v1/platform/register`,
    bearer: new Secret('not-a-real-registration-token-0005'),
    body: payloadBody(head, { adminKey: null, users: users() }),
    signal: new AbortController().signal,
  })
  return performance.now() - from
}

function rowOf(what: string, ratio: number): Row {
  return {
    id,
    figure: `${what} / bare post, 10 000 users ${ratio.toFixed(2)}×`,
    bar: '≤ 2×',
    pass: ratio <= 2,
  }
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}
