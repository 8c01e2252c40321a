import type { AttentionLevel } from '#shared/domain/attention.ts'
import type { Language } from '#shared/domain/languages.ts'
import { timeOf } from './notice-of.ts'
import { nativeWords } from './words.ts'

/** What the tray shows and offers, in the reader's language (H-04). */
export interface TrayFace {
  readonly level: AttentionLevel
  readonly tooltip: string
  readonly open: string
  /** the sentence of the mute entry, and what it does */
  readonly mute: { readonly label: string; readonly ends: boolean }
  readonly quit: string
}

/** @param mutedUntil ms since the epoch; null when nothing is muted now */
export function trayFace(
  level: AttentionLevel,
  mutedUntil: number | null,
  language: Language,
  now: number,
): TrayFace {
  const words = nativeWords(language)
  return {
    level,
    tooltip: `Gatehouse · ${words(`tray.${level}`)}`,
    open: words('tray.open'),
    mute:
      mutedUntil === null
        ? { label: words('tray.mute'), ends: false }
        : { label: words('tray.unmute', { until: timeOf(mutedUntil, now, language) }), ends: true },
    quit: words('tray.quit'),
  }
}
