import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createLogger } from './logger.ts'
import { redact } from './redact.ts'
import { Secret } from './secret.ts'

const CANARY = `flgrn_octi_tkn_${'CANARY0not0a0real0token0'.padEnd(64, 'z')}`

describe('a Secret', () => {
  const secret = new Secret(CANARY)

  it('gives its value to nobody who does not ask for it', () => {
    const views = [
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ a: { secret } }, { showHidden: true }),
    ]
    for (const view of views) expect(view).not.toContain('CANARY')
    expect(JSON.stringify(structuredClone(secret))).not.toContain('CANARY')
    expect(secret.expose()).toBe(CANARY)
  })
})

describe('a log line', () => {
  const logged = (write: (logger: ReturnType<typeof createLogger>) => void): string => {
    const lines: string[] = []
    write(createLogger('test', { write: (line) => lines.push(line) }, 'trace'))
    return lines.join('')
  }

  it('carries no token, wherever the caller put it', () => {
    const text = logged((logger) => {
      logger.info({ token: CANARY, nested: { authorization: `Bearer ${CANARY}` } }, `free text ${CANARY}`)
      logger.error(new Error(`request failed: ${CANARY}`))
      logger.warn({
        deep: { deeper: { deepest: { value: CANARY } } },
        url: `http://h/?x=1&token=${CANARY}&y=2`,
      })
    })
    expect(text).not.toContain('CANARY')
    expect(text).toContain('flgrn_octi_tkn_[redacted]')
    expect(text).toContain('&y=2')
    for (const line of text.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  })

  it.each([
    ['Authorization: Bearer 11111111-2222-4333-8444-555555555555'],
    ['Basic dXNlcjpwYXNzd29yZA=='],
    ['/health?health_access_key=1111-very-secret'],
    ['eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJl'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----'],
  ])('hides %s', (text) => {
    expect(redact(text)).toContain('[redacted]')
    expect(redact(text)).not.toMatch(/1111|dXNlcj|c2lnbm|MIIEvQ/)
  })

  it('leaves ordinary text alone', () => {
    const text = 'Revoked token ****a1b2 of alice@example.org, 3 of 10'
    expect(redact(text)).toBe(text)
  })
})
