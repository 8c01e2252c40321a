import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { findLeaks, LEAK_PATTERNS, leakShape, leakSource } from './leak.ts'

/** What goes through a text in more ways than one takes minutes; what goes through once, a blink, also on a busy machine. */
const HANG_MS = 10_000

const BODY = `${'FAKEfake0000-_'.repeat(4)}FAKEfake`
const TOKEN = `flgrn_octi_tkn_${BODY}`
const UUID = '00000000-fa4e-4bad-8bad-0123456789ab'

/** The first is what must be found in the second. */
const LEAKS: readonly (readonly [string, string])[] = [
  [TOKEN, TOKEN],
  [TOKEN, `OPENCTI_TOKEN=${TOKEN}\n`],
  [TOKEN, `Authorization: Bearer ${TOKEN}`],
  [TOKEN, `{"token":"${TOKEN}","url":"https://opencti.example.org"}`],
  [TOKEN, `curl -H 'Authorization: Bearer ${TOKEN}' https://opencti.example.org/graphql`],
  [TOKEN, `https://opencti.example.org/?token=${TOKEN}&x=1`],
  [TOKEN, `escaped\\n${TOKEN}\\n`],
  [TOKEN, `_${TOKEN}_`],
  [TOKEN, `日本語${TOKEN}。`],
  [UUID, `OPENCTI_TOKEN=${UUID}`],
  [UUID, `APP__ADMIN__TOKEN: "${UUID}"`],
  [UUID, `  token: '${UUID}'`],
  [UUID, `{"api_token": "${UUID}"}`],
  [UUID, `authorization: bearer ${UUID}`],
  [UUID.toUpperCase(), `Token ${UUID.toUpperCase()}.`],
]

const NEAR_MISSES: readonly string[] = [
  TOKEN.slice(0, -1),
  `${TOKEN}A`,
  TOKEN.replace('tkn', 'key'),
  TOKEN.replace('FAKE', 'FA.E'),
  `flgrn_octi_tkn_${'*'.repeat(60)}FAKE`,
  'flgrn_octi_tkn_<your token here>',
  `id: ${UUID}`,
  `https://opencti.example.org/dashboard/${UUID}`,
  `token: ${UUID.slice(0, -1)}`,
  `token: ${UUID}0`,
  `token: ${UUID}-1`,
  `token_id of ${UUID}`,
]

test('the samples are what the platform would take for tokens', () => {
  for (const [secret] of LEAKS) expect(leakShape(secret)).not.toBeNull()
})

/** What the patterns find in a text. */
const hits = (sources: readonly string[], text: string): string[] =>
  sources.flatMap((source) =>
    [...text.matchAll(new RegExp(source, 'g'))].map(({ 1: secret }) => secret ?? ''),
  )

const file = (name: string): string =>
  readFileSync(new URL(`../../resources/leak-patterns/${name}`, import.meta.url), 'utf8')

/** Of GitHub's fields, as its engine puts them together; `\A` and `\z` are what JavaScript calls `^` and `$`. */
function gitHubSources(): string[] {
  const fields = file('github-custom-patterns.txt').matchAll(
    /^Secret format: (?<secret>.+)\nBefore secret: (?<before>.+)\nAfter secret: (?<after>.+)$/gm,
  )
  return [...fields].map(({ groups: { secret = '', before = '', after = '' } = {} }) =>
    `(?:${before})(${secret})(?:${after})`.replaceAll('\\A', '^').replaceAll('\\z', '$'),
  )
}

const FILES = {
  'gitleaks.toml': () =>
    [...file('gitleaks.toml').matchAll(/^regex = '''(.+)'''$/gm)].map(([, source = '']) => source),
  'trufflehog.yaml': () =>
    (parse(file('trufflehog.yaml')) as { detectors: { regex: { token: string } }[] }).detectors.map(
      ({ regex }) => regex.token,
    ),
  'github-custom-patterns.txt': gitHubSources,
}

describe.each(Object.entries(FILES))('%s', (name, read) => {
  it('has the patterns of the domain, no more and no fewer', () => {
    const wanted = LEAK_PATTERNS.map((pattern) => {
      if (name !== 'github-custom-patterns.txt') return leakSource(pattern)
      return `(?:${pattern.before || '^|[\\s\\S]'})(${pattern.secret})(?:${pattern.after})`
    })
    expect(read()).toEqual(wanted)
    for (const { id } of LEAK_PATTERNS) expect(file(name)).toContain(id)
  })

  it.each(LEAKS)('finds %s in %s', (secret, text) => {
    expect(hits(read(), text)).toEqual([secret])
  })

  it.each(NEAR_MISSES)('does not take %s for one', (text) => {
    expect(hits(read(), text)).toEqual([])
  })
})

describe('a text', () => {
  it.each(LEAKS)('%s is found in %s', (secret, text) => {
    expect(findLeaks(text).map(({ value }) => value)).toEqual([secret])
  })

  it.each(NEAR_MISSES)('%s is none', (text) => {
    expect(findLeaks(text)).toEqual([])
  })

  it('tells each token once, in order, with its first line and how often it stands there', () => {
    const other = TOKEN.replace('FAKE', 'OTHR')
    const text = `a\n${other} ${TOKEN}\r\n\n${TOKEN}\ntoken=${UUID}\n${other}\n${TOKEN}`
    expect(findLeaks(text)).toEqual([
      { value: other, line: 2, times: 2 },
      { value: TOKEN, line: 2, times: 3 },
      { value: UUID, line: 5, times: 1 },
    ])
  })

  it('that is a UUID and nothing else is taken at its word', () => {
    expect(findLeaks(` ${UUID}\n`)).toEqual([{ value: UUID, line: 1, times: 1 }])
  })

  it('of many megabytes takes no time to speak of', () => {
    const text = `${'token '.repeat(200_000)}${'"'.repeat(200_000)}${' '.repeat(2_000_000)}flgrn_octi_tkn_`
    const began = performance.now()
    expect(findLeaks(text)).toEqual([])
    expect(performance.now() - began).toBeLessThan(HANG_MS)
  })
})
