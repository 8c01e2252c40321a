import { IncidentRecord } from '../../electron/core/incidents/incident-record.ts'
import { IncidentStore } from '../../electron/core/incidents/incident-store.ts'
import type { Plant } from './response-life.ts'

/** Puts one bug into the responses of this process, so that a campaign shows that it would see it. */
export function plantBug(plant: Plant): void {
  const { changeStep } = IncidentRecord.prototype
  const { all } = IncidentStore.prototype
  if (plant === 'called-early')
    IncidentRecord.prototype.changeStep = function (step, change) {
      const isSent = change.state === 'sent' || change.state === 'acknowledged'
      changeStep.call(this, step, isSent ? { ...change, state: 'done', goneAt: Date.now() } : change)
    }
  if (plant === 'forgets-on-resume')
    IncidentStore.prototype.all = function () {
      return all.call(this).map((incident) => {
        const forgotten = incident.steps.findLast(({ state }) => state === 'planned')
        return { ...incident, steps: incident.steps.filter((step) => step !== forgotten) }
      })
    }
  if (plant === 'sends-again')
    IncidentStore.prototype.all = function () {
      return all.call(this).map((incident) => ({
        ...incident,
        steps: incident.steps.map((step) =>
          step.state === 'done' ? step : { ...step, state: 'planned' as const, intent: null },
        ),
      }))
    }
}
