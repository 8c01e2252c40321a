import { type Database, transaction } from '#base/sqlite.ts'
import type { Incident, IncidentStep } from '#shared/contract/incidents.ts'
import type { LedgerIntent } from '../ports/action-ledger.ts'

/** What is kept of an incident besides its steps: what the page is told, and what the core needs to go on. */
export interface IncidentBody extends Omit<Incident, 'id' | 'steps' | 'tokens' | 'owners'> {
  /** the account that the plan was made with */
  readonly actorId: string
  /** every token of the subject, also those that appear meanwhile */
  readonly allTokens: boolean
  /** what `account_status` becomes when the account is locked */
  readonly lockStatus: string | null
  /** platform's clock minus ours when it was planned, ms */
  readonly clockSkewMs: number
  /** the ledger's open intent of the plan */
  readonly intent: LedgerIntent | null
  /** when something last happened, our clock: tells how long an interruption was */
  readonly activeAt: number
}

export interface StepBody extends IncidentStep {
  /** the ledger's open intent of this step; from then on it may have been sent */
  intent: LedgerIntent | null
  /** how often it was sent and found undone */
  tries: number
  /** the platform refused it: it is not sent again by itself */
  refused: boolean
}

export interface StoredIncident {
  readonly id: string
  readonly body: IncidentBody
  readonly steps: StepBody[]
}

/** More are not kept; the ledger has every one. */
const MOST_INCIDENTS = 500

/** Incidents and their steps in the console's database. A token's value has no place in it. */
export class IncidentStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** All of them, the newest first. */
  all(): StoredIncident[] {
    const rows = this.#database.prepare('SELECT id, body FROM incident ORDER BY place DESC').all()
    return (rows as { id: string; body: string }[]).map(({ id, body }) => ({
      id,
      body: JSON.parse(body),
      steps: this.#steps(id),
    }))
  }

  /** A new one with its plan, all of it or nothing; the oldest beyond the bound go. */
  add({ id, body, steps }: StoredIncident): void {
    transaction(this.#database, () => {
      this.#database.prepare('INSERT INTO incident (id, body) VALUES (?, ?)').run(id, JSON.stringify(body))
      this.#writeSteps(id, steps)
      this.#database
        .prepare('DELETE FROM incident WHERE place <= (SELECT max(place) FROM incident) - ?')
        .run(MOST_INCIDENTS)
    })
  }

  /** Writes the body and those steps that changed, in one go. */
  keep(id: string, body: IncidentBody, steps: Iterable<StepBody>): void {
    transaction(this.#database, () => {
      this.#database.prepare('UPDATE incident SET body = ? WHERE id = ?').run(JSON.stringify(body), id)
      this.#writeSteps(id, steps)
    })
  }

  #steps(id: string): StepBody[] {
    const rows = this.#database
      .prepare('SELECT body FROM incident_step WHERE incident = ? ORDER BY position')
      .all(id)
    return (rows as { body: string }[]).map(({ body }) => JSON.parse(body))
  }

  #writeSteps(id: string, steps: Iterable<StepBody>): void {
    const write = this.#database.prepare(
      'INSERT OR REPLACE INTO incident_step (incident, position, body) VALUES (?, ?, ?)',
    )
    for (const step of steps) write.run(id, step.position, JSON.stringify(step))
  }
}
