import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createIntl, type IntlShape } from 'react-intl'
import { describe, expect, test } from 'vitest'
import { PROBLEM_CODES } from '#shared/contract/problem.ts'
import { LANGUAGES } from '#shared/domain/languages.ts'

const folder = join(import.meta.dirname, 'catalogues')
const filesOf = (language: string): string[] => readdirSync(join(folder, language)).sort()
const readFile = (language: string, file: string): Record<string, string> =>
  JSON.parse(readFileSync(join(folder, language, file), 'utf8'))
const read = (language: string): Record<string, string> =>
  Object.assign({}, ...filesOf(language).map((file) => readFile(language, file)))
const english = read('en')
const others = LANGUAGES.filter((language) => language !== 'en')

/** Names of products, things and units that are the same word in that language. */
const SAME_WORD = new Set([
  'about.licence',
  'about.os',
  'about.version',
  'common.count',
  'connection.latency',
  'connection.proxy',
  'generate.name',
  'token.column.name',
  'token.column.status',
  'token.column.token',
  'users.column.account',
  'users.column.email',
  'users.column.name',
  'users.column.tokens',
  'users.person',
])

/** `{name}` and `{name, …}`: what a sentence wants filled in. */
function placeholders(sentence: string): string[] {
  const names = [...sentence.matchAll(/\{\s*([a-z]+)\s*[,}]/gi)].map(([, name]) => name ?? '')
  return [...new Set(names)].sort()
}

/** The categories of each plural in a sentence, by the name of its number. */
function plurals(sentence: string): { name: string; categories: string[] }[] {
  return [...sentence.matchAll(/\{(\w+), plural,/g)].map((match) => {
    const body = sentence.slice(match.index + match[0].length)
    const categories: string[] = []
    let depth = 0
    let word = ''
    for (const letter of body) {
      if (letter === '{') {
        if (depth === 0) categories.push(word.trim())
        depth++
        word = ''
      } else if (letter === '}') {
        if (depth === 0) break
        depth--
        word = ''
      } else word += letter
    }
    return { name: match[1] ?? '', categories }
  })
}

test('there is a catalogue for each language and for no other', () => {
  expect(readdirSync(folder).sort()).toEqual([...LANGUAGES].sort())
})

test('a sentence stands in one file, and the files are those of the source', () => {
  const names = filesOf('en').flatMap((file) => Object.keys(readFile('en', file)))
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  for (const language of others) expect(filesOf(language), language).toEqual(filesOf('en'))
})

test('every problem of the contract is explained', () => {
  const missing = PROBLEM_CODES.flatMap((code) =>
    [`problem.${code}.what`, `problem.${code}.hint`].filter((id) => !english[id]),
  )
  expect(missing).toEqual([])
})

test('no problem is explained that the contract does not have', () => {
  const explained = Object.keys(english)
    .filter((id) => id.startsWith('problem.'))
    .map((id) => id.split('.')[1])
  expect(explained.filter((code) => !PROBLEM_CODES.some((known) => known === code))).toEqual([])
})

test.each(LANGUAGES)('%s: each sentence can be said, and needs no mending', (language) => {
  const errors: unknown[] = []
  const intl: IntlShape = createIntl({
    locale: language,
    messages: read(language),
    onError: (error) => errors.push(error),
  })
  const values: Record<string, string | number> = {}
  for (const sentence of Object.values(english)) for (const name of placeholders(sentence)) values[name] = 3
  for (const [id, sentence] of Object.entries(read(language))) {
    const said = intl.formatMessage({ id }, values)
    expect(said, id).not.toBe('')
    expect(said, id).toBe(said.trim())
    expect(said, id).not.toMatch(/\{|\}| {2}/)
    expect(sentence, id).not.toMatch(/TODO|XXX/)
  }
  expect(errors).toEqual([])
})

describe.each(others)('%s', (language) => {
  const catalogue = read(language)

  test('has the same keys as English, in the same order', () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(english))
  })

  test('fills in the same values', () => {
    for (const [id, sentence] of Object.entries(catalogue))
      expect({ id, values: placeholders(sentence) }).toEqual({ id, values: placeholders(english[id] ?? '') })
  })

  test('has the plural categories of its language, all and no other', () => {
    const wanted = [...new Intl.PluralRules(language).resolvedOptions().pluralCategories].sort()
    for (const [id, sentence] of Object.entries(catalogue)) {
      const found = plurals(sentence)
      expect(found.map(({ name }) => name).sort(), id).toEqual(
        plurals(english[id] ?? '')
          .map(({ name }) => name)
          .sort(),
      )
      for (const { categories } of found) expect([...categories].sort(), id).toEqual(wanted)
    }
  })

  test('is a translation: at most a tenth equals the English', () => {
    const ids = Object.keys(catalogue).filter((id) => !SAME_WORD.has(id))
    const equal = ids.filter((id) => catalogue[id] === english[id])
    expect(equal.length / ids.length, equal.join(', ')).toBeLessThanOrEqual(0.1)
  })
})

test.each(['zh', 'ja'])('%s: punctuation beside its characters is full-width', (language) => {
  const narrow = /[\u3040-\u30ff\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u3040-\u30ff\u4e00-\u9fff]/
  const wrong = Object.entries(read(language)).filter(([, sentence]) => narrow.test(sentence))
  expect(wrong).toEqual([])
})

test('every sentence of the catalogue is used', () => {
  const root = join(import.meta.dirname, '..')
  const source = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n')
  // `a.${b}.c` in the code stands for every key of that form.
  const patterns = [...source.matchAll(/`([a-z-]+\.[^`\s]*\$\{[^`]*)`/g)].map(
    ([, template]) =>
      new RegExp(
        `^${(template ?? '')
          .replace(/\$\{[^}]*\}/g, '\u0000')
          .replaceAll('.', '\\.')
          .replaceAll('\u0000', '[a-z0-9-]+')}$`,
      ),
  )
  const unused = Object.keys(english).filter(
    (id) =>
      !source.includes(`'${id}'`) && !source.includes(`"${id}"`) && !patterns.some((form) => form.test(id)),
  )
  expect(unused).toEqual([])
})
