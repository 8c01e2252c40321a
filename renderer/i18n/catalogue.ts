import type { Language } from '#shared/domain/languages.ts'
import { fetched } from '../ui/fetched.ts'
import type about from './catalogues/en/about.json'
import type activity from './catalogues/en/activity.json'
import type bundle from './catalogues/en/bundle.json'
import type connections from './catalogues/en/connections.json'
import type connectors from './catalogues/en/connectors.json'
import type heartbeat from './catalogues/en/heartbeat.json'
import type incidents from './catalogues/en/incidents.json'
import type inventory from './catalogues/en/inventory.json'
import type openaev from './catalogues/en/openaev.json'
import type overview from './catalogues/en/overview.json'
import type problems from './catalogues/en/problems.json'
import type review from './catalogues/en/review.json'
import type settings from './catalogues/en/settings.json'
import type shell from './catalogues/en/shell.json'
import type tokens from './catalogues/en/tokens.json'
import type triage from './catalogues/en/triage.json'
import type updates from './catalogues/en/updates.json'
import type upkeep from './catalogues/en/upkeep.json'
import type xtmOne from './catalogues/en/xtm-one.json'

/** Every sentence of the page has one of these names; the English catalogue, a file a feature, is the source. */
export type MessageId = keyof (typeof about &
  typeof activity &
  typeof bundle &
  typeof connections &
  typeof connectors &
  typeof heartbeat &
  typeof inventory &
  typeof openaev &
  typeof overview &
  typeof incidents &
  typeof problems &
  typeof review &
  typeof settings &
  typeof shell &
  typeof tokens &
  typeof updates &
  typeof triage &
  typeof upkeep &
  typeof xtmOne)

export type Messages = Readonly<Record<MessageId, string>>

const files = import.meta.glob<Partial<Messages>>('./catalogues/*/*.json', { import: 'default' })

/** The sentences of one language; a chunk of its own (electron.vite.config.ts), fetched when first asked for. */
export async function loadCatalogue(language: Language): Promise<Messages> {
  const ofLanguage = Object.entries(files).filter(([path]) => path.startsWith(`./catalogues/${language}/`))
  if (ofLanguage.length === 0) throw new Error(`No catalogue for ${language}`)
  const parts = await Promise.all(ofLanguage.map(([, load]) => fetched(load)))
  return Object.assign({}, ...parts)
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
