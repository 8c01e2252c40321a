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
  'role-missing',
  'two-factor',
  'old-platform',
  'not-on-openaev',
  // what the platform said
  'platform-error',
  'user-not-found',
  'token-not-found',
  'still-listed',
  'policy-lifetime',
  'policy-unlimited',
  'policy-naming',
  'connector-not-found',
  'not-as-asked',
  // this machine
  'no-connection',
  'token-missing',
  'keychain-missing',
  'keychain-locked',
  'keychain-denied',
  'clipboard-failed',
  'ledger-failed',
  'ledger-unreadable',
  'storage-failed',
  'local-platform-down',
  'reveal-gone',
  'triage-gone',
  'bad-recipient',
  'incident-not-found',
  'snapshot-gone',
  'review-not-found',
  'review-undecided',
  'review-finished',
  'rotation-ended',
  'bad-ca',
  'bad-proxy',
  'plain-http',
  'bad-input',
  'stopping',
  'internal',
] as const

export type ProblemCode = (typeof PROBLEM_CODES)[number]
