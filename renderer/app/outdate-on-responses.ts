import type { Incident } from '#shared/contract/incidents.ts'
import type { IncidentsStore } from '../features/incidents/store.ts'
import type { TokensStore } from '../features/tokens/store.ts'

/**
 * What a response does to tokens, sessions and accounts makes old what the page has read of them: when it begins, and each time
 * it comes to rest with something done. While it is at work nothing is read again and again. Returns the end of that.
 */
export function outdateOnResponses(
  incidents: Pick<IncidentsStore, 'getState' | 'subscribe'>,
  tokens: Pick<TokensStore, 'getState' | 'actions'>,
): () => void {
  let before = restsOf(incidents.getState().list ?? [])
  return incidents.subscribe(({ list }, { list: listBefore }) => {
    if (list === null || list === listBefore) return
    const { connectionId } = tokens.getState()
    const changed = list.some(
      (incident) => incident.connectionId === connectionId && before.get(incident.id) !== restOf(incident),
    )
    before = restsOf(list)
    // What was there when the page began is no change.
    if (changed && listBefore !== null) tokens.actions.outdate()
  })
}

/** The same as long as nothing has to be read again for it. */
function restOf({ phase, steps, newSessions, appeared }: Incident): string {
  if (phase === 'running') return phase
  return [phase, steps.done, steps.failed, newSessions, appeared.length].join(' ')
}

const restsOf = (list: readonly Incident[]): Map<string, string> =>
  new Map(list.map((incident) => [incident.id, restOf(incident)]))
