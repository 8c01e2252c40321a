/** The languages of OpenCTI, so the console's (X-10, S-07). */
export const LANGUAGES = ['en', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'ru', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** The first of the reader's preferred BCP 47 tags that the console speaks; English when none is. */
export function languageOf(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split('-')[0]
    const known = LANGUAGES.find((language) => language === base)
    if (known) return known
  }
  return 'en'
}
