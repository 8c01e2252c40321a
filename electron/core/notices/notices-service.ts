import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import type { Settings } from '#shared/contract/settings.ts'
import { type AttentionLevel, attentionOf, type Watched } from '#shared/domain/attention.ts'
import type { Happening } from '#shared/domain/happening.ts'
import { type Language, languageOf } from '#shared/domain/languages.ts'
import type { TokenNews } from '#shared/domain/token-news.ts'
import type { Notifier } from '../ports/notifier.ts'
import { noticeOf, tokenNoticeOf } from './notice-of.ts'
import { type TrayFace, trayFace } from './tray-face.ts'
import { type NativeWords, nativeWords } from './words.ts'

export interface NoticesParts {
  readonly settings: { readonly current: Settings; onChange(heard: () => void): () => void }
  /** languages of the user's system, best first, BCP 47 */
  readonly languages: readonly string[]
  /** null: the host has no desktop */
  readonly notifier: Notifier | null
  /** name of a connection; null when it is gone */
  readonly nameOf: (connectionId: string) => string | null
  readonly clock: Clock
}

/** What is said outside the window: one notification for each happening, and the face of the tray (H-04). */
export class NoticesService {
  readonly tray: Live<TrayFace>
  readonly #parts: NoticesParts
  readonly #unsubscribe: () => void
  #level: AttentionLevel = 'unknown'
  #mutedUntil: number | null = null

  constructor(parts: NoticesParts) {
    this.#parts = parts
    this.tray = new Live(this.#face())
    this.#unsubscribe = parts.settings.onChange(() => this.#show())
  }

  /** Tells of it, unless the user switched notifications off. Whether it is a time to be told is the heartbeat's matter. */
  tell(happening: Happening): void {
    const { settings, notifier, nameOf } = this.#parts
    if (settings.current.notifications) notifier?.show(noticeOf(happening, this.#language(), nameOf))
  }

  /** Tells news of a token, unless notifications are switched off or everything is muted. */
  tellOfToken(news: TokenNews): void {
    const { settings, notifier, nameOf, clock } = this.#parts
    const now = clock.now()
    const isMuted = this.#mutedUntil !== null && this.#mutedUntil > now
    if (settings.current.notifications && !isMuted) {
      notifier?.show(tokenNoticeOf(news, this.#language(), nameOf, now))
    }
  }

  /** How everything that is watched stands now. */
  stands(watched: Iterable<Watched>): void {
    this.#level = attentionOf(watched)
    this.#show()
  }

  /** Everything is muted until then; null ends it. */
  mutes(until: number | null): void {
    this.#mutedUntil = until
    this.#show()
  }

  /** Sentences for the desktop's own boxes, in the language of the moment. */
  words(): NativeWords {
    return nativeWords(this.#language())
  }

  dispose(): void {
    this.#unsubscribe()
    this.tray.end()
  }

  #show(): void {
    const face = this.#face()
    // A tray that is set anew closes its open menu on some systems.
    if (JSON.stringify(face) !== JSON.stringify(this.tray.value)) this.tray.set(face)
  }

  #face(): TrayFace {
    const now = this.#parts.clock.now()
    const muted = this.#mutedUntil !== null && this.#mutedUntil > now ? this.#mutedUntil : null
    return trayFace(this.#level, muted, this.#language(), now)
  }

  #language(): Language {
    const { language } = this.#parts.settings.current
    return language === 'auto' ? languageOf(this.#parts.languages) : language
  }
}
