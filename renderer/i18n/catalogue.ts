import type { Language } from '#shared/domain/languages.ts'
import type english from './catalogues/en.json'

/** Every sentence of the page has one of these names; the English catalogue is the source. */
export type MessageId = keyof typeof english

export type Messages = Readonly<Record<MessageId, string>>

const catalogues = import.meta.glob<Messages>('./catalogues/*.json', { import: 'default' })

/** The sentences of one language; a chunk of its own, fetched when first asked for. */
export async function loadCatalogue(language: Language): Promise<Messages> {
  const load = catalogues[`./catalogues/${language}.json`]
  if (!load) throw new Error(`No catalogue for ${language}`)
  return load()
}

/** Each language in its own words; the same in every catalogue, so in none. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  it: 'Italiano',
  ja: '日本語',
  ko: '한국어',
  ru: 'Русский',
  zh: '简体中文',
}
