import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { Generated } from '#shared/contract/tokens.ts'
import { problemOf } from '../../i18n/problem-of.ts'
import { useNow } from '../../ui/clock.tsx'
import { useTokensEnvironment } from './context.tsx'

export type Revealed = {
  /** the element the value is written into */
  box: RefObject<HTMLDivElement | null>
  /** the value while it is shown */
  read: () => string | null
} & ({ phase: 'loading' | 'shown' } | { phase: 'gone'; problem: Problem })

/**
 * Fetches the value of a new token, once, and writes it into an element.
 * SECURITY: the value lives in this hook's ref and in that element's text alone: in no state, store, attribute or
 * address; both are emptied, and the core forgets its copy, when the dialog closes or the time is up.
 */
export function useRevealed({ revealId, revealUntil }: Generated): Revealed {
  const { client } = useTokensEnvironment()
  const box = useRef<HTMLDivElement>(null)
  const value = useRef<string | null>(null)
  const [state, setState] = useState<{ phase: 'loading' | 'shown' } | { phase: 'gone'; problem: Problem }>({
    phase: 'loading',
  })
  const isOver = useNow((now) => now >= revealUntil)

  useEffect(() => {
    let isOpen = true
    client.tokens.reveal({ revealId }).then(
      (answer) => {
        if (!isOpen) return
        value.current = answer.value
        setState({ phase: 'shown' })
      },
      (error: unknown) => {
        if (isOpen) setState({ phase: 'gone', problem: problemOf(error) })
      },
    )
    return () => {
      isOpen = false
      value.current = null
      // The core forgets by itself after a while too, so a lost link changes nothing.
      client.tokens.forget({ revealId }).catch(() => {})
    }
  }, [client, revealId])

  useEffect(() => {
    if (!isOver) return
    value.current = null
    if (box.current) box.current.textContent = ''
    setState({ phase: 'gone', problem: { code: 'reveal-gone', detail: null } })
  }, [isOver])

  useLayoutEffect(() => {
    const element = box.current
    if (element && state.phase === 'shown') element.textContent = value.current
    return () => {
      if (element) element.textContent = ''
    }
  }, [state.phase])

  return { box, read: () => value.current, ...state }
}
