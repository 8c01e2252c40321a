/**
 * What the console records before it does it (L-01). The part before the dot is what it is done to. Each has its words in
 * every catalogue, under `activity.action.<action>` and `activity.kind.<part before the dot>`.
 */
export const LEDGER_ACTIONS = [
  'connection.add',
  'connection.rename',
  'connection.set-token',
  'connection.remove',
  'token.generate',
  'token.revoke',
  'token.export',
  'token.revoke-at',
  'token.revoke-at-cancel',
  'token.rotate',
  'token.rotate-stop',
  'token.seal',
  'token.triage',
  'registration.register-now',
  'registration.configure',
  'session.kill',
  'session.kill-all',
  'account.lock',
  'incident.plan',
  'incident.resume',
  'review.begin',
  'review.finish',
  'connector.start',
  'connector.stop',
  'composer.save',
  'composer.confirm-removals',
  'ledger.set-aside',
] as const

export type LedgerAction = (typeof LEDGER_ACTIONS)[number]

type KindOf<Action extends string> = Action extends `${infer Kind}.${string}` ? Kind : never

/** What activity is about: kinds of the console's actions, and `sign-in`, which only a platform records. */
export type ActivityKind = KindOf<LedgerAction> | 'sign-in'

export const ACTIVITY_KINDS: readonly ActivityKind[] = [
  ...new Set(LEDGER_ACTIONS.map((action) => action.slice(0, action.indexOf('.')) as KindOf<LedgerAction>)),
  'sign-in',
]
