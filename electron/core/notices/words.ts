import type { Language } from '#shared/domain/languages.ts'
import de from './texts/de.json'
import en from './texts/en.json'
import es from './texts/es.json'
import fr from './texts/fr.json'
import it from './texts/it.json'
import ja from './texts/ja.json'
import ko from './texts/ko.json'
import ru from './texts/ru.json'
import zh from './texts/zh.json'

/**
 * The few sentences that are said outside the page: notifications, tray, and the questions of the desktop's own boxes. The
 * page's catalogues stay with the page.
 */
export type NativeSentence = keyof typeof en

const TEXTS: Readonly<Record<Language, Readonly<Record<NativeSentence, string>>>> = {
  en,
  de,
  es,
  fr,
  it,
  ja,
  ko,
  ru,
  zh,
}

export type NativeWords = (id: NativeSentence, values?: Readonly<Record<string, string>>) => string

/** Says sentences in that language; `{name}` is filled in from `values`, one that is missing stays as it is. */
export function nativeWords(language: Language): NativeWords {
  return (id, values = {}) =>
    TEXTS[language][id].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
