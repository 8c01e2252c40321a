import { expect, it } from 'vitest'
import { languageTags, systemLanguages } from './system-languages.ts'

it.each([
  [{}, ['en-US']],
  [{ LANG: 'C.UTF-8' }, ['en-US']],
  [{ LANG: 'de_AT.UTF-8' }, ['de-AT']],
  [{ LANG: 'de_DE@euro' }, ['de-DE']],
  [{ LANG: 'en_GB.UTF-8', LC_ALL: 'fr_FR.UTF-8' }, ['fr-FR']],
  [{ LANG: 'fr_FR.UTF-8', LANGUAGE: 'fr_CA:fr:en' }, ['fr-CA', 'fr', 'en', 'fr-FR']],
  [{ LANG: 'not a locale' }, ['en-US']],
])('%j means %j', (environment, languages) => {
  expect(systemLanguages(environment, 'en-US')).toEqual(languages)
})

it('takes no language from a desktop that has none', () => {
  expect(languageTags(['c'], 'en-US')).toEqual(['en-US'])
  expect(languageTags(['de-AT', 'en'], 'en-US')).toEqual(['de-AT', 'en'])
})
