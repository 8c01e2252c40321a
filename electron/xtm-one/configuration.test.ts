import { describe, expect, it } from 'vitest'
import { readConfiguration } from './configuration.ts'

const URL_KEY = 'XTM__XTM_ONE_URL'
const TOKEN_KEY = 'XTM__XTM_ONE_TOKEN'
const good = { [URL_KEY]: 'https://xtm-one.example.org', [TOKEN_KEY]: 'not-a-real-token-000000000001' }

const problemsOf = (environment: Record<string, string>) => {
  const read = readConfiguration(environment)
  return read.state === 'invalid' ? read.problems : []
}

describe('the configuration of the registration', () => {
  it('is off unless both keys are set, and says which is missing', () => {
    expect(readConfiguration({})).toEqual({
      state: 'off',
      missing: [URL_KEY, TOKEN_KEY],
      message: `Registration with XTM One is off: ${URL_KEY} and ${TOKEN_KEY} are not set.`,
    })
    expect(readConfiguration({ ...good, [TOKEN_KEY]: '  ' })).toMatchObject({
      state: 'off',
      message: expect.stringContaining(`${TOKEN_KEY} is not set`),
    })
  })

  it('is active with both, in the current profile unless poc is named', () => {
    const read = readConfiguration({ ...good, [URL_KEY]: ' https://xtm-one.example.org/base/ ' })
    expect(read).toMatchObject({
      state: 'active',
      configuration: { url: 'https://xtm-one.example.org/base', profile: 'current' },
    })
    expect(JSON.stringify(read)).not.toContain('not-a-real')
    expect(readConfiguration({ ...good, XTM__XTM_ONE_PROFILE: 'poc' })).toMatchObject({
      configuration: { profile: 'poc' },
    })
  })

  it.each([
    ['http://xtm-one.example.org', 'must be https'],
    ['http://192.168.1.4:4000', 'must be https'],
    ['http://127.0.0.1.example.org', 'must be https'],
    ['ftp://xtm-one.example.org', 'must begin with https://'],
    ['xtm-one', 'is not an address'],
    ['https://user:pass@xtm-one.example.org', 'user name or password'],
    ['https://xtm-one.example.org?token=1', 'query'],
  ])('refuses %s and names the key', (url, message) => {
    const problems = problemsOf({ ...good, [URL_KEY]: url })
    expect(problems).toMatchObject([{ key: URL_KEY }])
    expect(problems[0]?.message).toContain(URL_KEY)
    expect(problems[0]?.message).toContain(message)
    expect(problems[0]?.message).not.toContain('pass@')
  })

  it.each(['http://127.0.0.1:4001', 'http://localhost:4001', 'http://[::1]:4001', 'https://127.0.0.1'])(
    'takes %s, which does not leave the machine',
    (url) => {
      expect(readConfiguration({ ...good, [URL_KEY]: url }).state).toBe('active')
    },
  )

  it('refuses a token that no header can carry, and the one everybody knows, without repeating it', () => {
    for (const token of ['with space', 'line\nbreak', 'ünïcode', 'x'.repeat(5_000)]) {
      const [problem] = problemsOf({ ...good, [TOKEN_KEY]: token })
      expect(problem).toMatchObject({ key: TOKEN_KEY })
      expect(problem?.message).not.toContain(token)
    }
    const shipped = { ...good, [TOKEN_KEY]: 'xtm-default-registration-token' }
    expect(problemsOf(shipped)).toMatchObject([{ key: TOKEN_KEY }])
    expect(readConfiguration({ ...shipped, [URL_KEY]: 'http://127.0.0.1:4001' }).state).toBe('active')
  })

  it('refuses a profile it does not know, and reports all problems at once', () => {
    expect(problemsOf({ ...good, XTM__XTM_ONE_PROFILE: 'PoC2' })).toMatchObject([
      { key: 'XTM__XTM_ONE_PROFILE', message: expect.stringContaining('current, poc') },
    ])
    const all = problemsOf({ [URL_KEY]: 'nowhere', [TOKEN_KEY]: 'a b', XTM__XTM_ONE_PROFILE: 'x' })
    expect(all.map((problem) => problem.key)).toEqual([URL_KEY, TOKEN_KEY, 'XTM__XTM_ONE_PROFILE'])
  })
})
