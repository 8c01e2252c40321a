import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import type { Incident, IncidentDelta, IncidentStep } from '#shared/contract/incidents.ts'
import type { IncidentBody, IncidentStore, StepBody, StoredIncident } from './incident-store.ts'

/** What may stay unwritten for a moment: how far a step is, which a restart looks up anyway. */
const LAZY_WRITE_MS = 250
/** A page is told of changes at most this often. */
const TELL_EVERY_MS = 100

/** One incident as it is now: changed in memory, written to the database, told to whoever follows. */
export class IncidentRecord {
  readonly id: string
  readonly steps: StepBody[]
  /** counts changes */
  readonly revision = new Live(0)
  #body: IncidentBody
  readonly #store: IncidentStore
  readonly #clock: Clock
  readonly #revisionOf = new Map<number, number>()
  readonly #unwritten = new Set<StepBody>()
  #cancelWrite: (() => void) | null = null
  #detached = false

  constructor({ id, body, steps }: StoredIncident, store: IncidentStore, clock: Clock) {
    this.id = id
    this.#body = body
    this.steps = steps
    this.#store = store
    this.#clock = clock
  }

  get body(): IncidentBody {
    return this.#body
  }

  /** Changes the incident itself; written before this returns. */
  change(change: Partial<IncidentBody>): void {
    this.#body = { ...this.#body, ...change, activeAt: this.#clock.now() }
    this.flush()
    this.#tell()
  }

  /** Changes a step; written soon, or by the next `flush`. */
  changeStep(step: StepBody, change: Partial<StepBody>): void {
    Object.assign(step, change)
    this.#unwritten.add(step)
    this.#revisionOf.set(step.position, this.revision.value + 1)
    this.#tell()
    this.#cancelWrite ??= this.#clock.after(LAZY_WRITE_MS, () => this.#flushIfPossible())
  }

  /** Takes steps into the plan that were not in it; they get their positions here. */
  addSteps(steps: readonly StepBody[]): void {
    if (steps.length === 0) return
    for (const step of steps) {
      step.position = this.steps.length
      this.steps.push(step)
      this.changeStep(step, {})
    }
    this.flush()
  }

  /** Everything that changed is in the database when this returns. @throws when it cannot be written */
  flush(): void {
    this.#cancelWrite?.()
    this.#cancelWrite = null
    if (this.#detached) return
    this.#body = { ...this.#body, activeAt: this.#clock.now() }
    this.#store.keep(this.id, this.#body, this.#unwritten)
    this.#unwritten.clear()
  }

  /** Writes what is left and nothing more: the database is about to be closed. */
  detach(): void {
    this.#flushIfPossible()
    this.#detached = true
    this.revision.end()
  }

  summary(): Incident {
    const { actorId, allTokens, lockStatus, clockSkewMs, intent, activeAt, ...told } = this.#body
    const tokens = this.steps.filter(({ kind }) => kind === 'token')
    return {
      id: this.id,
      ...told,
      owners: new Set(this.steps.map(({ owner }) => owner.id)).size,
      steps: counts(this.steps),
      tokens: counts(tokens),
    }
  }

  /** The steps as the page is told of them, in the order of the plan. */
  told(): IncidentStep[] {
    return this.steps.map(asTold)
  }

  /** Everything at first, then what changed; changes that come fast are told together. */
  async *follow(signal?: AbortSignal): AsyncGenerator<IncidentDelta, void, void> {
    let told = -1
    for await (const revision of this.revision.watch(signal)) {
      const steps = this.steps.filter(({ position }) => (this.#revisionOf.get(position) ?? 0) > told)
      told = revision
      yield { incident: this.summary(), steps: steps.map(asTold) }
      await this.#moment(signal)
    }
  }

  /** Nobody waits for it: what cannot be written now is tried with the next flush, which tells. */
  #flushIfPossible(): void {
    try {
      this.flush()
    } catch {
      // The steps stay unwritten, and a restart looks each of them up.
    }
  }

  #moment(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(TELL_EVERY_MS, resolve)
      signal?.addEventListener(
        'abort',
        () => {
          cancel()
          resolve()
        },
        { once: true },
      )
    })
  }

  #tell(): void {
    this.revision.set(this.revision.value + 1)
  }
}

function asTold({ intent, tries, refused, ...told }: StepBody): IncidentStep {
  return told
}

function counts(steps: readonly StepBody[]): Incident['steps'] {
  const of = (...states: string[]): number => steps.filter(({ state }) => states.includes(state)).length
  return {
    total: steps.length,
    done: of('done'),
    failed: of('failed'),
    open: of('sent', 'acknowledged', 'unknown'),
    acknowledged: of('acknowledged'),
  }
}
