import { LANGUAGES, type Language } from '#shared/domain/languages.ts'

/** What the page keeps in the browser: how to look before the core has spoken. Never anything about platforms. */
export interface Remembered {
  language: Language | null
  scheme: 'auto' | 'light' | 'dark'
  singleKeys: boolean
}

const KEY = 'gatehouse'
const NOTHING: Remembered = { language: null, scheme: 'auto', singleKeys: true }

type Shelf = Pick<Storage, 'getItem' | 'setItem'>

/** Reads what is there; anything damaged counts as not there. The first frame reads it too. */
export function readRemembered(shelf: Shelf): Remembered {
  try {
    const kept = JSON.parse(shelf.getItem(KEY) ?? '{}') as Record<string, unknown>
    return {
      language: LANGUAGES.find((language) => language === kept.language) ?? NOTHING.language,
      scheme: (['auto', 'light', 'dark'] as const).find((scheme) => scheme === kept.scheme) ?? NOTHING.scheme,
      singleKeys: typeof kept.singleKeys === 'boolean' ? kept.singleKeys : NOTHING.singleKeys,
    }
  } catch {
    return NOTHING
  }
}

export function remember(shelf: Shelf, change: Partial<Remembered>): void {
  try {
    shelf.setItem(KEY, JSON.stringify({ ...readRemembered(shelf), ...change }))
  } catch {
    // A full or forbidden storage costs a flash of the other scheme at the next start, nothing more.
  }
}
