import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { Connection } from '#shared/contract/connections.ts'
import type { OpenAevXtmOne, Registration, RegistrationDay } from '#shared/contract/registration.ts'
import { dayTimeline, EVIDENCE_MS, LATE_MS, POINT_MS, TIMELINE_POINTS } from '#shared/domain/registration.ts'
import type { OpenAevClient } from '../clients/openaev/openaev-client.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import { RegistrationOperations } from '../clients/opencti/registration-operations.ts'
import { XtmOneClient } from '../clients/xtm-one/xtm-one-client.ts'
import { type ActionLedger, recorded } from '../ports/action-ledger.ts'
import { type Known, known, lastOf } from './known.ts'
import { openAevXtmOne } from './openaev.ts'
import { attemptsOnOurClock, clockOffset, recordOnOurClock } from './record.ts'
import { type Facts, NOTHING_READ, registrationView, xtmOneUrl } from './view.ts'

/** While somebody looks; the heartbeat reads at its own pace. */
const WATCHED_EVERY_MS = 15_000
/** While a beat is under way and somebody looks. */
const RUNNING_EVERY_MS = 1_000
const RECENT_ATTEMPTS = 20

/** The connections as this capability knows them. */
export interface RegistrationSources {
  list(): readonly Connection[]
  onChange(heard: () => void): () => void
  /** @throws ProblemError */
  client(connectionId: string): Promise<OpenCtiClient>
  /** null: it is no OpenAEV. @throws ProblemError */
  openAev(connectionId: string): Promise<OpenAevClient | null>
}

interface Entry {
  readonly id: string
  facts: Facts
  readonly live: Live<Registration>
  watchers: number
  isReady: boolean
  xtmOne: { readonly url: string; readonly client: XtmOneClient } | null
  /** how often each part was asked, and up to which question it is answered */
  readonly asked: Map<keyof Facts, number>
  readonly answered: Map<keyof Facts, number>
  cancelPoll: () => void
  cancelExpiry: () => void
}

/**
 * The registration with XTM One of each connection (X-07..X-09), read from wherever it can be read. The console never
 * registers anybody itself: a beat from here would hide the lapse it should show.
 */
export class RegistrationService {
  readonly #sources: RegistrationSources
  readonly #ledger: ActionLedger
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()
  readonly #changed = new Live<null>(null)
  readonly #unsubscribe: () => void
  #isStarted = false

  constructor(parts: { sources: RegistrationSources; ledger: ActionLedger; clock: Clock }) {
    this.#sources = parts.sources
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#unsubscribe = parts.sources.onChange(() => this.#follow())
    this.#follow()
  }

  /** From now on a connection is read when it is let in. */
  start(): void {
    this.#isStarted = true
    this.#follow()
  }

  watch(id: string, signal?: AbortSignal): AsyncIteratorObject<Registration, undefined, void> {
    const entry = this.#entry(id)
    entry.watchers += 1
    if (entry.watchers === 1) {
      const isNew = entry.facts.module.state === 'unread'
      if (isNew) void this.refresh(id).catch(() => {})
      this.#poll(entry, isNew ? WATCHED_EVERY_MS : 0)
    }
    return entry.live.watch(signal, () => {
      entry.watchers -= 1
      if (entry.watchers === 0) entry.cancelPoll()
    })
  }

  /** Runs `heard` after each change of any registration; the returned function ends that. */
  onChange(heard: () => void): () => void {
    return this.#changed.subscribe(heard)
  }

  /** Address of the XTM One that the platform talks to; null while it is not known. */
  xtmOneUrl(id: string): string | null {
    const entry = this.#entries.get(id)
    return entry ? xtmOneUrl(entry.facts) : null
  }

  /** Reads everything again. */
  async refresh(id: string): Promise<Registration> {
    const entry = this.#entry(id)
    await Promise.all([this.readPlatform(id), this.readRecord(id)])
    await this.readXtmOne(id)
    return entry.live.value
  }

  /** Reads what every OpenCTI can say. */
  async readPlatform(id: string, signal?: AbortSignal): Promise<Pick<Facts, 'module'>> {
    const entry = this.#entry(id)
    const operations = this.#operations(id)
    const [module] = await Promise.all([
      this.#read(entry, 'module', async () => (await operations()).module(signal)),
      this.#read(entry, 'enterprise', async () => (await operations()).enterprise(signal)),
      this.#read(entry, 'chatbot', async () => (await operations()).chatbotConfig(signal)),
    ])
    await this.#readKeys(entry, signal)
    return { module }
  }

  /**
   * Reads the record of a platform that keeps one.
   * @returns with the age of the last success by the platform's own clock
   */
  async readRecord(id: string, signal?: AbortSignal) {
    const entry = this.#entry(id)
    const operations = this.#operations(id)
    let latencyMs = 0
    const record = await this.#read(entry, 'record', async () => {
      // The newest few, however old: a platform that has been silent for a week still shows its last tries.
      const found = await (await operations()).record(0, RECENT_ATTEMPTS, signal)
      if (found === null) return null
      latencyMs = found.latencyMs
      return recordOnOurClock(found.record, clockOffset(found.record.now, this.#clock.now()))
    })
    return { record, latencyMs }
  }

  /** Asks XTM One itself how it is; `unread` where its address is not known. */
  async readXtmOne(
    id: string,
    signal?: AbortSignal,
  ): Promise<Pick<Facts, 'health'> & { retryAfter: string | null }> {
    const entry = this.#entry(id)
    let retryAfter: string | null = null
    const health = await this.#read(entry, 'health', async () => {
      const client = this.#xtmOne(entry)
      if (client === null) return null
      const answer = await client.health(signal)
      retryAfter = answer.retryAfter
      return { healthy: answer.healthy, version: answer.version, latencyMs: answer.latencyMs }
    })
    return { health, retryAfter }
  }

  /** Reads what an OpenAEV tells of XTM One. @throws ProblemError */
  async readOpenAev(id: string): Promise<OpenAevXtmOne> {
    return openAevXtmOne(await this.#sources.openAev(id), this.#clock)
  }

  /** Asks the platform to register now; how it went shows in `watch`. @throws ProblemError */
  async registerNow(id: string): Promise<Registration> {
    const entry = this.#entry(id)
    const bar = entry.live.value.registerBar
    if (bar !== null && bar !== 'unread') throw new ProblemError('bad-input', `Not possible here: ${bar}`)
    await recorded(this.#ledger, 'registration.register-now', { connectionId: id }, async () => {
      await (await this.#operations(id)()).registerNow()
    })
    await this.readRecord(id)
    if (entry.watchers > 0) this.#poll(entry, RUNNING_EVERY_MS)
    return entry.live.value
  }

  /** The 24 hours that end at `until`. @throws ProblemError */
  async day(id: string, until: number = this.#clock.now()): Promise<RegistrationDay> {
    const from = until - TIMELINE_POINTS * POINT_MS
    // Those of before the day decide how old the registration was when it began.
    const found = await (await this.#operations(id)()).attempts(from - LATE_MS - POINT_MS)
    if (found === null) return { points: dayTimeline([], [], until), attempts: [], reported: false }
    const attempts = attemptsOnOurClock(found.attempts, clockOffset(found.now, this.#clock.now()))
    const ascending = attempts.toReversed()
    const first = ascending[0]
    const points = dayTimeline(
      ascending.map(({ endedAt, outcome }) => ({ at: endedAt, succeeded: outcome === 'registered' })),
      // The record is whole, so from its first attempt on every age is known; before it nothing is.
      first ? [{ from: first.startedAt, to: until }] : [],
      until,
    )
    return { points, attempts: attempts.filter(({ startedAt }) => startedAt >= from), reported: true }
  }

  dispose(): void {
    this.#unsubscribe()
    for (const entry of this.#entries.values()) this.#end(entry)
    this.#entries.clear()
  }

  /** Connections come and go; one that is let in (again) is read at once. */
  #follow(): void {
    const list = this.#sources.list()
    const ids = new Set(list.map(({ id }) => id))
    for (const [id, entry] of this.#entries) {
      if (ids.has(id)) continue
      this.#entries.delete(id)
      this.#end(entry)
    }
    for (const { id, state } of list) {
      const entry = this.#entries.get(id) ?? this.#enter(id)
      const isReady = state.phase === 'ready'
      // A failed read is a fact with its own words, and never a reason to stop.
      if (isReady && !entry.isReady && this.#isStarted) void this.refresh(id).catch(() => {})
      // A test of what works is no news.
      if (state.phase !== 'testing') entry.isReady = isReady && this.#isStarted
    }
  }

  #enter(id: string): Entry {
    const entry: Entry = {
      id,
      facts: NOTHING_READ,
      live: new Live(registrationView(id, NOTHING_READ, this.#clock.now())),
      watchers: 0,
      isReady: false,
      xtmOne: null,
      asked: new Map(),
      answered: new Map(),
      cancelPoll: () => {},
      cancelExpiry: () => {},
    }
    this.#entries.set(id, entry)
    return entry
  }

  #end(entry: Entry): void {
    entry.cancelPoll()
    entry.cancelExpiry()
    entry.xtmOne?.client.close()
    entry.live.end()
  }

  /** @throws ProblemError `no-connection` */
  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (!entry) throw new ProblemError('no-connection')
    return entry
  }

  #operations(id: string): () => Promise<RegistrationOperations> {
    return async () => new RegistrationOperations(await this.#sources.client(id))
  }

  async #read<Part extends keyof Facts, Value>(
    entry: Entry,
    part: Part,
    ask: () => Promise<Value | null>,
  ): Promise<Known<Value>> {
    const question = (entry.asked.get(part) ?? 0) + 1
    entry.asked.set(part, question)
    const before = entry.facts[part] as unknown as Known<Value>
    const answer = await known(before, () => this.#clock.now(), ask)
    // An answer that was overtaken by a later one is old.
    if (question < (entry.answered.get(part) ?? 0)) return answer
    entry.answered.set(part, question)
    entry.facts = { ...entry.facts, [part]: answer }
    if (part === 'record') this.#expire(entry)
    this.#publish(entry)
    return answer
  }

  async #readKeys(entry: Entry, signal?: AbortSignal): Promise<void> {
    await this.#read(entry, 'keys', async () => this.#xtmOne(entry)?.keys(signal) ?? null)
  }

  #xtmOne(entry: Entry): XtmOneClient | null {
    const url = xtmOneUrl(entry.facts)
    if (url !== entry.xtmOne?.url) {
      entry.xtmOne?.client.close()
      const connection = this.#sources.list().find(({ id }) => id === entry.id)
      const { caPem = null, proxy = null } = connection ?? {}
      entry.xtmOne =
        url === null ? null : { url, client: new XtmOneClient({ url, caPem, proxy, clock: this.#clock }) }
    }
    return entry.xtmOne?.client ?? null
  }

  /** What was read says nothing of now after a while. */
  #expire(entry: Entry): void {
    entry.cancelExpiry()
    if (lastOf(entry.facts.record) !== null)
      entry.cancelExpiry = this.#clock.after(EVIDENCE_MS + 1, () => this.#publish(entry))
  }

  #publish(entry: Entry): void {
    if (this.#entries.get(entry.id) !== entry) return
    entry.live.set(registrationView(entry.id, entry.facts, this.#clock.now()))
    this.#changed.set(null)
  }

  /** Reads what changes by itself, and again while somebody looks. */
  #poll(entry: Entry, afterMs: number): void {
    entry.cancelPoll()
    entry.cancelPoll = this.#clock.after(afterMs, () => {
      void this.readRecord(entry.id)
        .catch(() => {})
        .then(() => {
          if (entry.watchers === 0 || this.#entries.get(entry.id) !== entry) return
          const isRunning = lastOf(entry.facts.record)?.value.running === true
          this.#poll(entry, isRunning ? RUNNING_EVERY_MS : WATCHED_EVERY_MS)
        })
    })
  }
}
