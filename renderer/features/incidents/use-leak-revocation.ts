import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { Triage } from '#shared/contract/triage.ts'
import { REASON_MAX } from '#shared/domain/token.ts'
import { problemOf } from '../../i18n/problem-of.ts'
import { useIncidentsActions, useIncidentsEnvironment } from './context.tsx'

/** Which of the leaks are to be revoked, all that can be at first, and the revocation itself. */
export function useLeakRevocation(triage: Triage | null) {
  const { client, onShowIncident } = useIncidentsEnvironment()
  const { closeTriage } = useIncidentsActions()
  const [kept, setKept] = useState<ReadonlySet<number>>(new Set())
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const leaks = triage?.leaks ?? []
  const places = [...leaks.keys()].filter((place) => leaks[place]?.mayRevoke)
  const chosen = places.filter((place) => !kept.has(place))
  const ids = chosen.flatMap((place) => leaks[place]?.holdings?.tokens.map(({ id }) => id) ?? [])

  return {
    isPossible: places.length > 0,
    isChosen: (place: number) => !kept.has(place),
    choose(place: number, isChosen: boolean): void {
      const next = new Set(kept)
      if (isChosen) next.delete(place)
      else next.add(place)
      setKept(next)
    },
    /** tokens that would go */
    tokens: new Set(ids).size,
    reason,
    setReason,
    isTooLong: reason.trim().length > REASON_MAX,
    busy,
    problem,
    reset(): void {
      setKept(new Set())
      setReason('')
      setProblem(null)
    },
    async revoke(): Promise<void> {
      if (!triage) return
      setBusy(true)
      setProblem(null)
      try {
        const incident = await client.triage.revoke({ id: triage.id, places: chosen, reason: reason.trim() })
        closeTriage()
        onShowIncident(incident.id)
      } catch (error) {
        setProblem(problemOf(error))
        setBusy(false)
      }
    },
  }
}

export type LeakRevocation = ReturnType<typeof useLeakRevocation>
