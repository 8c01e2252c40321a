import { useEffect, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { problemOf } from './problem-of.ts'

/**
 * Asks the core once, when the view appears.
 * @param ask keeps its identity while the question is the same
 * @returns both null while it is being asked; an answer that comes when nobody looks any more is dropped
 */
export function useAnswer<Answer>(ask: () => Promise<Answer>): {
  answer: Answer | null
  problem: Problem | null
} {
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    let isShown = true
    ask().then(
      (given) => isShown && setAnswer(() => given),
      (error: unknown) => isShown && setProblem(problemOf(error)),
    )
    return () => {
      isShown = false
    }
  }, [ask])
  return { answer, problem }
}
