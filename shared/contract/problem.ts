import { oc } from '@orpc/contract'
import { z } from 'zod'

/**
 * Everything that can go wrong in a way the page explains. Each code has a sentence (what happened, what it means)
 * and a hint (what to do) in every catalogue, under `problem.<code>.what` and `problem.<code>.hint`.
 */
export const PROBLEM_CODES = [
  // reaching the platform
  'bad-address',
  'dns',
  'refused',
  'unreachable',
  'tls',
  'timeout',
  'cut',
  'proxy',
  'answer-too-large',
  'not-a-platform',
  'http-status',
  // being let in
  'wrong-token',
  'missing-capability',
  'forbidden',
  'two-factor',
  'old-platform',
  // what the platform said
  'platform-error',
  'user-not-found',
  'token-not-found',
  'still-listed',
  // this machine
  'no-connection',
  'token-missing',
  'keychain-missing',
  'keychain-locked',
  'keychain-denied',
  'clipboard-failed',
  'ledger-failed',
  'local-platform-down',
  'reveal-gone',
  'bad-ca',
  'bad-proxy',
  'plain-http',
  'stopping',
  'internal',
] as const
export const ProblemCode = z.enum(PROBLEM_CODES)
export type ProblemCode = z.infer<typeof ProblemCode>

/** `detail` is text of the other side or of the system: shown as text, never trusted, never longer than 500 characters. */
export const Problem = z.object({ code: ProblemCode, detail: z.string().max(500).nullable() })
export type Problem = z.infer<typeof Problem>

/** Every procedure starts here: a failure that can be explained travels as PROBLEM, typed on both sides. */
export const procedure = oc.errors({ PROBLEM: { status: 422, data: Problem } })
