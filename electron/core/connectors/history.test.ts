import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { safeLine } from '#base/safe-line.ts'
import type { Database } from '#base/sqlite.ts'
import { openConnectorsDatabase } from './database.ts'
import type { Remembered } from './facts.ts'
import { ConnectorHistory } from './history.ts'
import { LogHistory, MOST_LINES } from './log-history.ts'
import { keyOf } from './manager-key.ts'

/** What goes through a text in more ways than one takes minutes; what goes through once, a blink, also on a busy machine. */
const HANG_MS = 10_000
const MINUTE = 60_000
const NOW = Date.UTC(2026, 8, 22, 8, 30)

let database: Database
beforeEach(() => {
  database = openConnectorsDatabase(':memory:')
})
afterEach(() => database.close())

const memory = (change: Partial<Remembered> = {}): Remembered => ({
  requested: 'starting',
  reported: 'started',
  image: 'i:1',
  hash: 'h1',
  restarts: 0,
  inLoop: false,
  requestedAt: null,
  loopedAt: null,
  ...change,
})
const take = (history: ConnectorHistory, at: number, ...all: [string, Remembered][]) =>
  history.take('c', { at, connectors: new Map(all) })
const kinds = (history: ConnectorHistory, id = 'a') => history.events('c', id).map(({ what }) => what.kind)

describe('the timeline', () => {
  it('keeps the newest two hundred events of a connector, and nobody else’s less', () => {
    const history = new ConnectorHistory(database)
    for (let count = 0; count < 260; count += 1)
      take(history, NOW + count * MINUTE, ['a', memory({ hash: `h${count}` })], ['b', memory()])
    expect(history.events('c', 'a')).toHaveLength(200)
    expect(history.events('c', 'a').at(-1)?.at).toBe(NOW + 259 * MINUTE)
    expect(kinds(history, 'b')).toEqual(['first-seen'])
  })

  it('a line of restarts grows, until half an hour has passed or the count began anew', () => {
    const history = new ConnectorHistory(database)
    const at = (minutes: number, restarts: number) =>
      take(history, NOW + minutes * MINUTE, ['a', memory({ restarts })])
    at(0, 0)
    at(1, 2)
    at(2, 5)
    expect(history.events('c', 'a').at(-1)).toMatchObject({
      at: NOW + 2 * MINUTE,
      after: NOW,
      what: { kind: 'restarts', from: 0, to: 5 },
    })
    at(40, 6)
    at(41, 0)
    at(42, 1)
    const restarts = history.events('c', 'a').slice(1)
    expect(restarts.map(({ what }) => what)).toEqual([
      { kind: 'restarts', from: 0, to: 5 },
      { kind: 'restarts', from: 5, to: 6 },
      { kind: 'restarts', from: 0, to: 1 },
    ])
  })

  it('another image is one line, another configuration one as well, a removal and a return too', () => {
    const history = new ConnectorHistory(database)
    take(history, NOW, ['a', memory()])
    take(history, NOW + 1, ['a', memory({ image: 'i:2', hash: 'h2' })])
    take(history, NOW + 2, ['a', memory({ image: 'i:2', hash: 'h3' })])
    take(history, NOW + 3)
    take(history, NOW + 4, ['a', memory()])
    expect(kinds(history)).toEqual(['first-seen', 'image', 'configuration', 'gone', 'first-seen'])
  })

  it('is forgotten with its connection alone', () => {
    const history = new ConnectorHistory(database)
    take(history, NOW, ['a', memory()])
    history.take('other', { at: NOW, connectors: new Map([['a', memory()]]) })
    history.forget('c')
    expect(kinds(history)).toEqual([])
    expect(history.memoryOf('c', 'a')).toBeNull()
    expect(history.events('other', 'a')).toHaveLength(1)
  })
})

describe('the log', () => {
  const context = { at: NOW, run: NOW - MINUTE, skewMs: 0 }
  const texts = (logs: LogHistory, id = 'a') => logs.lines('c', id, 0).map(({ text }) => text)

  it('keeps the newest two thousand lines of a connector', () => {
    const logs = new LogHistory(database)
    for (let from = 0; from < 2_500; from += 50)
      logs.take(
        'c',
        'a',
        Array.from({ length: 100 }, (_, index) => `line ${from + index}`),
        context,
      )
    expect(texts(logs)).toHaveLength(MOST_LINES)
    expect(texts(logs).at(-1)).toBe('line 2549')
    expect(new Set(texts(logs)).size).toBe(MOST_LINES)
  })

  it('keeps the logs of fifty connectors, those that were written last', () => {
    const logs = new LogHistory(database)
    for (let count = 0; count < 60; count += 1) logs.take('c', `c${count}`, ['x'], context)
    expect(texts(logs, 'c9')).toEqual([])
    expect(texts(logs, 'c10')).toEqual(['x'])
  })

  it('tells the run of a line: that of its time, not of when it was read', () => {
    const logs = new LogHistory(database)
    const iso = (at: number) => new Date(at).toISOString()
    logs.take('c', 'a', [`${iso(NOW - 5 * MINUTE)} before`, `${iso(NOW)} now`, 'undated'], context)
    expect(logs.lines('c', 'a', 0)).toMatchObject([
      { at: NOW - 5 * MINUTE, dated: true, run: null },
      { at: NOW, dated: true, run: NOW - MINUTE },
      { at: NOW, dated: false, run: NOW - MINUTE },
    ])
    // The same start, as another reading of the platform's clock has it.
    logs.take('c', 'a', ['undated', 'later'], { ...context, run: NOW - MINUTE + 900 })
    expect(logs.lines('c', 'a', 0).at(-1)?.run).toBe(NOW - MINUTE)
  })

  it('of one text with many lines is many lines', () => {
    const logs = new LogHistory(database)
    logs.take('c', 'a', ['one\ntwo\r\nthree'], context)
    expect(texts(logs)).toEqual(['one', 'two', 'three'])
  })
})

describe('what is taken out of a line', () => {
  it.each([
    ['Authorization: Bearer abcdefghijkl', 'Authorization: Bearer [redacted]'],
    ['api_key=FAKE-1234', 'api_key=[redacted]'],
    ['{"password": "FAKE pass", "x": 1}', '{"password": "[redacted] pass", "x": 1}'],
    ['OPENCTI_TOKEN=8f1f9f8e-0000', 'OPENCTI_TOKEN=[redacted]'],
    ['GET https://user:FAKEpass@host/path', 'GET https://user:[redacted]@host/path'],
    [`flgrn_octi_\u001b[0mtkn_${'Fake'.repeat(16)}`, 'flgrn_octi_tkn_[redacted]'],
    ['the token expired', 'the token expired'],
    ['password policy: 12 characters', 'password policy: 12 characters'],
    // A broken escape takes one letter along.
    ['\u001bpassword=fake-secret', 'assword=[redacted]'],
  ])('%s', (raw, safe) => expect(safeLine(raw)).toBe(safe))

  it('takes no time, whatever the line', () => {
    const began = performance.now()
    for (const unit of ['password=', 'a://', 'token:"', 'x:y@', 'secret '])
      safeLine(unit.repeat(1_000_000 / unit.length))
    expect(performance.now() - began).toBeLessThan(HANG_MS)
  })
})

describe('a manager’s key', () => {
  it('has the same fingerprint in both forms, and none when it is no key', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const forms = (['pkcs1', 'spki'] as const).map((type) =>
      keyOf(String(publicKey.export({ type, format: 'pem' }))),
    )
    expect(forms[0]).toEqual(forms[1])
    expect(forms[0]?.bits).toBe(2048)
    expect(keyOf('no key')).toBeNull()
    expect(keyOf(null)).toBeNull()
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    expect(keyOf(String(ec.export({ type: 'spki', format: 'pem' })))).toBeNull()
  })
})
