import type { Clock } from '#base/clock.ts'
import { sha256 } from '#base/crypto.ts'
import type { KeyedQueue } from '#base/keyed-queue.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import { LOCAL_CONNECTION_ID } from '#shared/contract/connections.ts'
import type { Incident, IncidentDelta, Preview } from '#shared/contract/incidents.ts'
import type { IncidentKind } from '#shared/domain/incident.ts'
import { lastFour, maskToken } from '#shared/domain/token.ts'
import { holderOfToken } from '../clients/opencti/containment.ts'
import { reach, requireSetAccesses } from '../clients/opencti/reach.ts'
import type { ActionLedger } from '../ports/action-ledger.ts'
import type { Signer } from '../ports/signer.ts'
import type { TokenMemory } from '../ports/token-memory.ts'
import { InHand } from './in-hand.ts'
import { IncidentRecord } from './incident-record.ts'
import type { IncidentBody, IncidentStore, StepBody } from './incident-store.ts'
import { freshStep, ownerOf, plannedToken } from './plan.ts'
import type { Ask, PlatformSession, Platforms } from './platform.ts'
import { type Prepared, prepare, type Target } from './preview.ts'
import { Proof } from './proof.ts'
import { reportName, reportOf } from './report.ts'
import { reportHtml } from './report-html.ts'
import { resultsCsv, resultsJson } from './results.ts'
import { IncidentRun } from './run.ts'

export interface IncidentsParts {
  readonly platforms: Platforms
  readonly ledger: ActionLedger
  readonly memory: TokenMemory
  readonly store: IncidentStore
  readonly clock: Clock
  /** a number in [0, 1) */
  readonly random: () => number
  readonly logger: Logger
  readonly ownerQueue: KeyedQueue
  /** a text that no earlier call gave */
  readonly unique: () => string
  readonly signer: Signer
}

/** A file for the person to keep. */
export interface IncidentFile {
  readonly name: string
  readonly mediaType: string
  readonly text: string
}

/** An incident that was cut off less than this ago goes on by itself; later a person is asked. */
const GOES_ON_MS = 15 * 60_000
/** The list of incidents is told at most this often. */
const TELL_EVERY_MS = 100
const MOST_LISTED = 50

interface Active {
  readonly record: IncidentRecord
  run: IncidentRun | null
  proof: Proof | null
}

/** Responses to incidents: planned, carried out, proven, and taken up again after the console's own end (T-10 to T-12). */
export class IncidentsService {
  readonly #parts: IncidentsParts
  readonly #active = new Map<string, Active>()
  readonly #list = new Live<Incident[]>([])
  readonly #inHand: InHand<readonly Secret[]>
  #cancelTell: (() => void) | null = null
  #disposed = false

  constructor(parts: IncidentsParts) {
    this.#parts = parts
    this.#inHand = new InHand(parts.clock)
    for (const stored of parts.store.all().reverse()) {
      this.#enter(new IncidentRecord(stored, parts.store, parts.clock))
    }
    this.#list.set(this.#newest())
  }

  /** Takes up what the last end of the console cut off, and the looks that are still due. */
  async start(): Promise<void> {
    const { clock } = this.#parts
    for (const entry of this.#active.values()) {
      const { phase, activeAt } = entry.record.body
      if (phase === 'running' || phase === 'waiting') {
        if (clock.now() - activeAt < GOES_ON_MS) await this.#goOn(entry).catch(() => {})
        else entry.record.change({ phase: 'interrupted', nextAt: null })
      } else if (phase === 'done') this.#prove(entry)
    }
  }

  watch(signal?: AbortSignal): AsyncIteratorObject<Incident[], undefined, void> {
    return this.#list.watch(signal)
  }

  follow(id: string, signal?: AbortSignal): AsyncGenerator<IncidentDelta, void, void> {
    return this.#of(id).record.follow(signal)
  }

  async preview(connectionId: string, targets: readonly Target[]): Promise<Preview> {
    return (await this.#prepare(connectionId, targets)).preview
  }

  /**
   * Bulk revocation (T-10).
   * @param inHand values of tokens among them, which are presented when all is done and must be refused then
   * @throws ProblemError `token-not-found` when none of the tokens is listed any more
   */
  async revoke(
    asked: {
      readonly connectionId: string
      readonly targets: readonly Target[]
      readonly reason: string
    },
    inHand: readonly Secret[] = [],
  ): Promise<Incident> {
    const prepared = await this.#prepare(asked.connectionId, asked.targets)
    const incident = await this.#begin('bulk', asked, prepared, tokenSteps(prepared))
    if (inHand.length > 0) this.#inHand.put(incident.id, inHand)
    return incident
  }

  /** Lost device (T-11). @throws ProblemError `user-not-found`, `missing-capability` */
  async contain(asked: {
    readonly connectionId: string
    readonly userId: string
    readonly sessions: boolean
    readonly lock: boolean
    readonly tokens: boolean
    readonly reason: string
  }): Promise<Incident> {
    const { connectionId, userId, sessions, lock, tokens } = asked
    const prepared = await this.#prepare(connectionId, [{ userId, tokenIds: null }])
    const [holdings] = prepared.preview.owners
    if (!holdings) throw new ProblemError('user-not-found')
    const owner = ownerOf(holdings.user)
    if (sessions || lock) await this.#ask(connectionId)(async ({ identity }) => requireSetAccesses(identity))
    // SECURITY: who locks the account that this connection acts as can neither go on nor undo it from here.
    if (lock && (holdings.user.isMe || prepared.preview.lockStatus === null))
      throw new ProblemError('bad-input')
    const steps = [
      ...(sessions ? [freshStep({ kind: 'sessions', owner, sessions: holdings.sessions })] : []),
      ...(lock ? [freshStep({ kind: 'lock', owner })] : []),
      ...(tokens ? tokenSteps(prepared) : []),
    ]
    return this.#begin('lost-device', asked, prepared, steps, { subject: owner, allTokens: tokens })
  }

  /** Returns when nothing is under way any more. */
  async stop(id: string): Promise<Incident> {
    const entry = this.#of(id)
    await entry.run?.stop()
    return entry.record.summary()
  }

  async resume(id: string): Promise<Incident> {
    const entry = this.#of(id)
    if (entry.run) entry.run.tryNow()
    else if (entry.record.body.phase !== 'done') await this.#goOn(entry)
    return entry.record.summary()
  }

  /** Failed steps count as never tried. */
  async retry(id: string, appeared: boolean): Promise<Incident> {
    const entry = this.#of(id)
    const { record } = entry
    if (entry.run) return record.summary()
    for (const step of record.steps.filter(({ state }) => state === 'failed')) {
      record.changeStep(step, { state: 'planned', tries: 0, refused: false, problem: null, backAt: null })
    }
    const { subject } = record.body
    if (appeared && subject) {
      record.addSteps(
        record.body.appeared.map((token) =>
          freshStep({ kind: 'token', owner: subject, token: { ...token, own: false } }),
        ),
      )
      record.change({ appeared: [] })
    }
    await this.#goOn(entry)
    return record.summary()
  }

  async rescan(id: string): Promise<Incident> {
    const entry = this.#of(id)
    await entry.proof?.lookNow()
    return entry.record.summary()
  }

  /**
   * Presents `token` to the incident's platform once. It is kept nowhere.
   * @returns whether it was refused, and the step it belongs to, when exactly one ends alike
   */
  async probe(id: string, token: Secret): Promise<{ refused: boolean; position: number | null }> {
    const { record } = this.#of(id)
    const holder = await this.#ask(record.body.connectionId)(({ client }) => holderOfToken(client.as(token)))
    const ending = lastFour(maskToken(token.expose()))
    const alike = record.steps.filter(
      (step) => step.kind === 'token' && step.token && lastFour(step.token.maskedToken) === ending,
    )
    const [step] = alike
    const refused = holder === null
    if (alike.length === 1 && step) {
      record.changeStep(step, { probe: { at: this.#parts.clock.now(), refused } })
      record.flush()
    }
    return { refused, position: alike.length === 1 ? (step?.position ?? null) : null }
  }

  /** @throws ProblemError `keychain-*` when the key that signs is out of reach */
  async report(id: string, format: 'json' | 'html'): Promise<IncidentFile> {
    const { record } = this.#of(id)
    const incident = record.summary()
    const report = reportOf(incident, record.told())
    const signed = await this.#parts.signer.sign(report)
    const name = reportName(incident)
    if (format === 'json') return { name: `${name}.json`, mediaType: 'application/json', text: signed }
    const { fingerprint } = await this.#parts.signer.publicKey()
    const digest = sha256(signed).toString('hex')
    const html = reportHtml(report, { digest, fingerprint, file: `${name}.json` })
    return { name: `${name}.html`, mediaType: 'text/html', text: html }
  }

  results(id: string, format: 'csv' | 'json'): IncidentFile {
    const { record } = this.#of(id)
    const incident = record.summary()
    const name = `${reportName(incident)}-results.${format}`
    return format === 'csv'
      ? { name, mediaType: 'text/csv', text: resultsCsv(record.told()) }
      : { name, mediaType: 'application/json', text: resultsJson(incident, record.told()) }
  }

  /** @throws ProblemError `keychain-*` */
  async reportKey(): Promise<IncidentFile & { fingerprint: string }> {
    const { publicKey, fingerprint } = await this.#parts.signer.publicKey()
    const name = 'gatehouse-report-key.pem'
    return { name, mediaType: 'application/x-pem-file', text: publicKey, fingerprint }
  }

  /** Runs end where they are; the next start goes on. */
  dispose(): void {
    this.#disposed = true
    this.#inHand.clear()
    this.#cancelTell?.()
    for (const { record, run, proof } of this.#active.values()) {
      run?.leave()
      proof?.stop()
      record.detach()
    }
    this.#list.end()
  }

  #ask(connectionId: string): Ask {
    return (work) => this.#parts.platforms.use(connectionId, work)
  }

  #prepare(connectionId: string, targets: readonly Target[]): Promise<Prepared> {
    return prepare(this.#ask(connectionId), this.#parts.clock, targets)
  }

  /** Plan into ledger and database, then the first step. */
  async #begin(
    kind: IncidentKind,
    { connectionId, reason }: { readonly connectionId: string; readonly reason: string },
    { preview }: Prepared,
    steps: readonly StepBody[],
    more: Partial<IncidentBody> = {},
  ): Promise<Incident> {
    if (steps.length === 0) throw new ProblemError('token-not-found')
    const { clock, ledger, store, unique } = this.#parts
    const id = unique()
    const session = await this.#ask(connectionId)(async (now) => {
      // A missing right is said before anything is planned.
      for (const { user } of preview.owners) reach(now.identity, user.id).manage()
      return now
    })
    const facts = planFacts(session, steps, reason)
    const intent = await ledger.begin('incident.plan', { incident: id, kind, ...facts })
    const now = clock.now()
    const body: IncidentBody = {
      kind,
      connectionId,
      connectionName: session.connection.name,
      url: session.connection.url,
      rehearsal: connectionId === LOCAL_CONNECTION_ID,
      actor: session.identity.email,
      actorId: session.identity.userId,
      subject: null,
      allTokens: false,
      lockStatus: preview.lockStatus,
      clockSkewMs: preview.clockSkewMs,
      reason,
      phase: 'running',
      problem: null,
      nextAt: null,
      startedAt: now,
      endedAt: null,
      activeAt: now,
      intent,
      proof: NO_PROOF,
      appeared: [],
      newSessions: 0,
      ...more,
    }
    const stored = { id, body, steps: steps.map((step, position) => ({ ...step, position })) }
    store.add(stored)
    const entry = this.#enter(new IncidentRecord(stored, store, clock))
    this.#run(entry)
    return entry.record.summary()
  }

  /** Records that the rest of the plan goes on, then does it. @throws ProblemError `ledger-failed` */
  async #goOn(entry: Active): Promise<void> {
    const { record } = entry
    const { connectionId, url, actor } = record.body
    const left = record.steps.filter(({ state }) => state !== 'done' && state !== 'failed').length
    const facts = { incident: record.id, connectionId, url, actor, left }
    const intent = await this.#parts.ledger.begin('incident.resume', facts)
    entry.proof?.stop()
    entry.proof = null
    record.change({ intent, endedAt: null, proof: NO_PROOF })
    this.#run(entry)
  }

  #run(entry: Active): void {
    const run = new IncidentRun(this.#parts, entry.record)
    entry.run = run
    run
      .start()
      .catch((error: unknown) => {
        const { problem } = asProblem(error)
        this.#parts.logger.error(
          { problem, stack: (error as Error)?.stack },
          'an incident ended unexpectedly',
        )
        if (!this.#disposed) entry.record.change({ phase: 'paused', problem, nextAt: null })
      })
      .finally(() => {
        entry.run = null
        if (this.#disposed || entry.record.body.phase !== 'done') return
        this.#prove(entry)
        void this.#presentInHand(entry.record.id)
      })
  }

  /** The last rung of the proof (T-12) for tokens that are in hand. One that cannot be presented is left to the person. */
  async #presentInHand(id: string): Promise<void> {
    const tokens = this.#inHand.look(id) ?? []
    this.#inHand.drop(id)
    for (const token of tokens) await this.probe(id, token).catch(() => {})
  }

  #prove(entry: Active): void {
    entry.proof?.stop()
    entry.proof = new Proof(this.#parts, entry.record)
    entry.proof.start()
  }

  #enter(record: IncidentRecord): Active {
    const entry: Active = { record, run: null, proof: null }
    this.#active.set(record.id, entry)
    record.revision.subscribe(() => this.#tellSoon())
    this.#tellSoon()
    return entry
  }

  #of(id: string): Active {
    const entry = this.#active.get(id)
    if (!entry) throw new ProblemError('incident-not-found')
    return entry
  }

  #tellSoon(): void {
    if (this.#disposed) return
    this.#cancelTell ??= this.#parts.clock.after(TELL_EVERY_MS, () => {
      this.#cancelTell = null
      this.#list.set(this.#newest())
    })
  }

  #newest(): Incident[] {
    return [...this.#active.values()]
      .slice(-MOST_LISTED)
      .reverse()
      .map(({ record }) => record.summary())
  }
}

const NO_PROOF: IncidentBody['proof'] = {
  secondLookAt: null,
  secondLookDone: false,
  audit: 'not-asked',
  rescanAt: null,
  rescanDone: false,
  problem: null,
}

/** Owner after owner, in the order that was asked. */
function tokenSteps({ preview, readings }: Prepared): StepBody[] {
  return preview.owners.flatMap(({ user, tokens }) => {
    const reading = readings.get(user.id)
    if (!reading) return []
    return tokens.map((token) =>
      freshStep({ kind: 'token', owner: ownerOf(user), token: plannedToken(token, reading) }),
    )
  })
}

function planFacts({ identity, connection }: PlatformSession, steps: readonly StepBody[], reason: string) {
  return {
    connectionId: connection.id,
    url: connection.url,
    actorId: identity.userId,
    actor: identity.email,
    reason,
    steps: steps.filter(({ kind }) => kind !== 'token').map(({ kind }) => kind),
    users: [...new Set(steps.map(({ owner }) => owner.email))],
    tokenIds: steps.flatMap(({ token }) => (token ? [token.id] : [])),
  }
}
