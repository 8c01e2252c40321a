import { asProblem } from '#base/problem-error.ts'
import type { Fact } from '#shared/contract/registration.ts'

export type Known<Value> = Fact<Value>['known']

export const UNREAD = { state: 'unread' } as const

/**
 * What is known after asking once more. A failure keeps what was known before, with its age.
 * @param ask null where the platform says nothing about it
 */
export async function known<Value>(
  before: Known<Value>,
  now: () => number,
  ask: () => Promise<Value | null>,
): Promise<Known<Value>> {
  try {
    const value = await ask()
    return value === null
      ? { state: 'not-reported', readAt: now() }
      : { state: 'reported', value, readAt: now() }
  } catch (error) {
    const last = lastOf(before)
    return { state: 'failed', problem: asProblem(error).problem, readAt: now(), last }
  }
}

/** What was reported last, however long ago; null when nothing ever was, or when it is reported no more. */
export function lastOf<Value>(fact: Known<Value>): { readonly value: Value; readonly readAt: number } | null {
  if (fact.state === 'reported') return { value: fact.value, readAt: fact.readAt }
  return fact.state === 'failed' ? fact.last : null
}
