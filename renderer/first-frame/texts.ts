import type { MessageId } from '../i18n/catalogue.ts'

/** The sentences of the catalogue that the first frame shows. */
export const FIRST_TEXTS = [
  'nav.overview',
  'nav.tokens',
  'nav.xtm-one',
  'nav.connectors',
  'nav.activity',
  'nav.settings',
  'palette.open',
  'help.open',
  'part.lost',
  'part.lost-hint',
  'part.reload',
  'search.activity',
  'search.connectors',
  'search.findings',
  'search.inventory',
  'search.log',
  'search.tokens',
  'search.users',
] as const satisfies readonly MessageId[]

export type FirstText = (typeof FIRST_TEXTS)[number]
