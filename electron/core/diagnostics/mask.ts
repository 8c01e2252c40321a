import { safeLine } from '#base/safe-line.ts'
import type { Secret } from '#base/secret.ts'

const MARK = '[redacted]'

/** What this console knows of that must not leave the house. */
export interface Known {
  /** values of tokens and keys that this process holds */
  readonly secrets: readonly Secret[]
  /** names of people and platforms, hosts, as they may stand in a line of a log */
  readonly names: readonly string[]
  /** the user's home folder and login */
  readonly home: string
  readonly login: string
}

/** Said of every platform; a name like that gives nobody away, and masking it would take half of the words with it. */
const COMMON =
  /^(?:opencti|openaev|open(?:cti|aev) platform|gatehouse|(?:gatehouse )?local platform|gatehouse composer|admin(?:istrator)?|default|bridge|host|none)$/i
/** Shorter ones would take half of the words with them. */
const SHORTEST_NAME = 4

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi
const EMAIL = /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g
const ADDRESS = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)(?:[^\s/@"']*@)?(\[[0-9a-f:.]+\]|[^\s/:?#"'<>\\)\],]+)/gi
const IPV4 = /\b(?:\d{1,3}\.){3}\d{1,3}\b/g
const IPV6 = /(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4})?(?![\w:])/gi
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|0\.0\.0\.0|\[::\])$/i
/** Long, without a break, and mixed as no word of a language or a program is. */
const RANDOM =
  /(?<![\w/+-])(?:(?=[\w+=-]*\d)(?=[\w+=-]*[a-z])(?=[\w+=-]*[A-Z])[\w+-]{22,}={0,2}|[0-9a-f]{32,}|[0-9A-F]{32,})(?![\w/+-])/g
const BASE64 = /(?<![\w/+.-])[A-Za-z0-9+/]{40,}={0,2}(?![\w/+.-])/g

/**
 * Takes from a text what must not be sent to anybody. Secrets go without a trace. What only tells whose house this is (hosts,
 * ids, people) becomes a number, the same one everywhere in the bundle, so that a reader can still follow one thing through it.
 */
export class Mask {
  readonly #known: Known
  readonly #numbers = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  /** hosts and names, the longest first, so that none hides inside another */
  #words: [string, string][] = []

  constructor(known: Known) {
    this.#known = known
    for (const name of known.names) if (!COMMON.test(name)) this.#learn('name', name)
  }

  /** Hears a text before any is masked: a host that stands in one address is masked wherever it stands alone. */
  study(text: string): void {
    for (const [, , host = ''] of text.matchAll(ADDRESS))
      if (!LOOPBACK.test(host) && !host.startsWith('[')) this.#learn('host', host)
  }

  /** `text` as it may be sent. */
  apply(text: string): string {
    // SECURITY: what is known goes first, before anything is cut or replaced that could hide it.
    let clean = this.#withoutKnown(text)
    clean = clean.split('\n').map(safeLine).join('\n')
    clean = clean.replace(UUID, (id) => this.#number('id', id))
    clean = clean.replace(EMAIL, (email) => this.#number('email', email))
    clean = clean.replace(ADDRESS, (_, scheme: string, host: string) =>
      LOOPBACK.test(host) ? scheme + host : scheme + this.#number('host', host),
    )
    for (const [word, replacement] of this.#words) clean = replaceWord(clean, word, replacement)
    clean = clean.replace(IPV4, (ip) => (LOOPBACK.test(ip) ? ip : this.#number('ip', ip)))
    clean = clean.replace(IPV6, (ip) => this.#number('ip', ip))
    // SECURITY: the net below all others, for what has no shape that we know.
    return clean.replace(RANDOM, MARK).replace(BASE64, (text) => (isPath(text) ? text : MARK))
  }

  #withoutKnown(text: string): string {
    const { secrets, home, login } = this.#known
    let clean = text
    for (const secret of secrets) {
      const value = secret.expose()
      if (value.length < SHORTEST_NAME) continue
      for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64')])
        clean = clean.replaceAll(form, MARK)
    }
    if (home.length > 1) clean = clean.replaceAll(home, '~')
    return login.length >= SHORTEST_NAME ? replaceWord(clean, login, 'user') : clean
  }

  #learn(kind: string, word: string): void {
    if (word.length < SHORTEST_NAME || this.#words.some(([known]) => known === word)) return
    this.#words.push([word, this.#number(kind, word)])
    this.#words.sort(([a], [b]) => b.length - a.length)
  }

  #number(kind: string, word: string): string {
    const key = word.toLowerCase()
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    const replacement = `${kind}-${count}`
    this.#numbers.set(key, replacement)
    return replacement
  }
}

/** Where it stands as a word of its own, in any case of letters. */
function replaceWord(text: string, word: string, replacement: string): string {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replace(
    new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'giu'),
    () => replacement,
  )
}

/** Folders have short names; a value in base64 has a slash in 64 characters. */
function isPath(text: string): boolean {
  return text.split('/').length - 1 > text.length / 16
}
