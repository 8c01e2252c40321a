import { LOCAL_CONNECTION_ID } from '#shared/contract/connections.ts'
import type { Happening } from '#shared/domain/happening.ts'
import type { Language } from '#shared/domain/languages.ts'
import { type MonitorKind, monitorOf } from '#shared/domain/monitors.ts'
import type { TokenNews } from '#shared/domain/token-news.ts'
import type { Notice } from '../ports/notifier.ts'
import { type NativeSentence, type NativeWords, nativeWords } from './words.ts'

/** English with the day first, as in the page (docs/decisions/0030). */
const LOCALES: Partial<Record<Language, string>> = { en: 'en-GB' }

/**
 * The message that tells of it, in the reader's language.
 * @param nameOf name of a connection; null when it is gone
 */
export function noticeOf(
  happening: Happening,
  language: Language,
  nameOf: (connectionId: string) => string | null,
): Notice {
  const words = nativeWords(language)
  const about = aboutOf(happening.subject, words, nameOf)
  const { from = '', to = '' } = happening.versions ?? {}
  return {
    id: happening.id,
    title: about.title,
    body: words(bodyOf(happening.kind, about.kind), {
      since: timeOf(happening.since, happening.at, language),
      until: timeOf(happening.at, happening.at, language),
      from: plain(from),
      to: plain(to),
    }),
    urgency: happening.kind === 'down' ? 'critical' : 'normal',
  }
}

const CALLING: ReadonlySet<TokenNews['kind']> = new Set(['expired', 'not-revoked'])

/** The message that tells of a token, in the reader's language. */
export function tokenNoticeOf(
  { id, kind, connectionId, owner, token, lastFour, at }: TokenNews,
  language: Language,
  nameOf: (connectionId: string) => string | null,
  now: number,
): Notice {
  const words = nativeWords(language)
  const where =
    connectionId === LOCAL_CONNECTION_ID ? words('subject.local') : plain(nameOf(connectionId) ?? '')
  return {
    id,
    title: [`${plain(token)} …${plain(lastFour)}`, where].filter((part) => part !== '').join(' · '),
    body: words(`notice.token.${kind}`, {
      owner: plain(owner),
      at: at === null ? '' : timeOf(at, now, language),
    }),
    urgency: CALLING.has(kind) ? 'critical' : 'normal',
  }
}

interface About {
  readonly title: string
  readonly kind: MonitorKind | 'connection' | 'network'
}

function aboutOf(
  subject: Happening['subject'],
  words: NativeWords,
  nameOf: (connectionId: string) => string | null,
): About {
  const named = (id: string): string =>
    id === LOCAL_CONNECTION_ID ? words('subject.local') : plain(nameOf(id) ?? id)
  if (subject.kind === 'network') return { title: words('subject.network'), kind: 'network' }
  if (subject.kind === 'connection') return { title: named(subject.connectionId), kind: 'connection' }
  const monitor = monitorOf(subject.monitorId)
  if (!monitor) return { title: plain(subject.monitorId), kind: 'connection' }
  return { title: `${named(monitor.connectionId)} · ${words(`subject.${monitor.kind}`)}`, kind: monitor.kind }
}

function bodyOf(kind: Happening['kind'], about: About['kind']): NativeSentence {
  if (kind === 'down' && (about === 'network' || about === 'registration')) return `notice.down.${about}`
  if (kind === 'up' && about === 'registration') return 'notice.up.registration'
  return `notice.${kind}`
}

/** The time of day; with its date when it lies more than half a day before `now`. */
export function timeOf(at: number, now: number, language: Language): string {
  const isFar = Math.abs(now - at) > 43_200_000
  return new Intl.DateTimeFormat(LOCALES[language] ?? language, {
    ...(isFar ? { day: 'numeric', month: 'short' } : {}),
    hour: '2-digit',
    minute: '2-digit',
  }).format(at)
}

/** Characters that steer the direction of text, and control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STEERING = /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g
const LONGEST = 80

/**
 * SECURITY: names and versions of the other side. Notification centres on Linux read markup in what they show, so what could
 * begin a tag or an entity is shown as a lookalike; nothing turns the words around it.
 */
function plain(text: string): string {
  const shown = text
    .replace(STEERING, '\uFFFD')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('&', '＆')
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown
}
