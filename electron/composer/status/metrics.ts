import type { EngineStatus } from '../engine/engine.ts'
import type { EngineEvent } from '../engine/events.ts'

/** Counts what the engine tells. Label values are from fixed sets, so the table stays small. */
export class Metrics {
  readonly #counts = new Map<string, number>()
  readonly #cycleSeconds = new Map<string, number>()

  note(event: EngineEvent): void {
    const { platform } = event
    switch (event.type) {
      case 'cycle':
        this.#add('cycles_total', { platform, outcome: 'ok' })
        this.#cycleSeconds.set(platform, event.ms / 1000)
        return
      case 'cycle-failed':
        this.#add('cycles_total', { platform, outcome: `${event.side}_failed` })
        return
      case 'step':
        this.#add('steps_total', { platform, step: event.step, outcome: 'ok' })
        return
      case 'step-failed':
        this.#add('steps_total', { platform, step: event.step, outcome: 'failed' })
        return
      case 'evidence':
        this.#add('evidence_total', { platform, what: event.what, outcome: 'ok' })
        return
      case 'evidence-failed':
        this.#add('evidence_total', { platform, what: event.what, outcome: 'failed' })
        return
      case 'registered':
        this.#add('registrations_total', { platform, outcome: 'ok' })
        return
      case 'registration-failed':
        this.#add('registrations_total', {
          platform,
          outcome: event.refused ? 'refused' : 'unreachable',
        })
        return
      case 'gave-up':
        this.#add('crash_loops_stopped_total', { platform })
        return
      default:
        return
    }
  }

  /** The text exposition format of Prometheus, version 0.0.4. */
  text(status: readonly EngineStatus[]): string {
    const lines: string[] = []
    const names = new Set([...this.#counts.keys()].map((key) => key.slice(0, key.indexOf('{'))))
    for (const name of [...names].sort()) {
      lines.push(`# TYPE ${name} counter`)
      for (const [key, value] of this.#counts) if (key.startsWith(`${name}{`)) lines.push(`${key} ${value}`)
    }
    const gauge = (
      name: string,
      of: (engine: EngineStatus) => readonly (readonly [object, number | null])[],
    ): void => {
      lines.push(`# TYPE ${PREFIX}${name} gauge`)
      for (const engine of status) {
        for (const [labels, value] of of(engine)) {
          if (value === null) continue
          lines.push(`${PREFIX}${name}${labelText({ platform: engine.platform, ...labels })} ${value}`)
        }
      }
    }
    gauge('registered', ({ lifecycle }) => [[{}, Number(lifecycle.registered)]])
    gauge('alive', ({ alive }) => [[{}, Number(alive)]])
    gauge('last_contact_timestamp_seconds', ({ lifecycle }) => [[{}, seconds(lifecycle.lastContactAt)]])
    gauge('last_cycle_timestamp_seconds', ({ reconcile }) => [[{}, seconds(reconcile.lastHealthyCycleAt)]])
    gauge('cycle_seconds', ({ platform }) => [[{}, this.#cycleSeconds.get(platform) ?? null]])
    gauge('connectors_wanted', ({ reconcile }) => [[{}, reconcile.wanted]])
    gauge('connectors', ({ reconcile }) =>
      Object.entries(reconcile.byState).map(([state, count]) => [{ state }, count] as const),
    )
    gauge('connectors_waiting_for_retry', ({ waitingForRetry }) => [[{}, waitingForRetry]])
    gauge('connectors_given_up', ({ givenUp }) => [[{}, givenUp.length]])
    gauge('removals_held', ({ removalsHeld }) => [[{}, removalsHeld.length]])
    gauge('steps_under_way', ({ stepsUnderWay }) => [[{}, stepsUnderWay]])
    return `${lines.join('\n')}\n`
  }

  #add(name: string, labels: Record<string, string>): void {
    const key = PREFIX + name + labelText(labels)
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }
}

const PREFIX = 'gatehouse_composer_'

function labelText(labels: object): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000
}
