import { useEffect, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { problemOf } from '../../i18n/problem-of.ts'

export interface Reading<Data> {
  /** what was read last; stays while it is read again */
  readonly data: Data | null
  readonly problem: Problem | null
  readonly again: () => void
}

/** Reads what `read` brings, and again whenever that is another function. Memoize it. */
export function useReading<Data>(read: () => Promise<Data>): Reading<Data> {
  const [state, setState] = useState<Pick<Reading<Data>, 'data' | 'problem'>>({ data: null, problem: null })
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    let isCurrent = true
    read().then(
      (data) => isCurrent && setState({ data, problem: null }),
      (error: unknown) => isCurrent && setState(({ data }) => ({ data, problem: problemOf(error) })),
    )
    return () => {
      isCurrent = false
    }
  }, [read, attempt])
  return { ...state, again: () => setAttempt((before) => before + 1) }
}
