import type { ConsoleEntry } from '#shared/contract/activity.ts'
import type { LedgerAction } from '#shared/domain/ledger.ts'
import type { MessageId } from '../../i18n/catalogue.ts'
import type { Tone } from '../../ui/StateMark.tsx'
import type { Entry } from './merge.ts'

/** What each action of the console is called. */
const ACTIONS: Readonly<Record<LedgerAction, MessageId>> = {
  'account.lock': 'activity.action.account.lock',
  'composer.confirm-removals': 'activity.action.composer.confirm-removals',
  'composer.save': 'activity.action.composer.save',
  'connection.add': 'activity.action.connection.add',
  'connection.remove': 'activity.action.connection.remove',
  'connection.rename': 'activity.action.connection.rename',
  'connection.set-token': 'activity.action.connection.set-token',
  'connector.start': 'activity.action.connector.start',
  'connector.stop': 'activity.action.connector.stop',
  'incident.plan': 'activity.action.incident.plan',
  'incident.resume': 'activity.action.incident.resume',
  'ledger.set-aside': 'activity.action.ledger.set-aside',
  'registration.configure': 'activity.action.registration.configure',
  'registration.register-now': 'activity.action.registration.register-now',
  'review.begin': 'activity.action.review.begin',
  'review.finish': 'activity.action.review.finish',
  'session.kill': 'activity.action.session.kill',
  'session.kill-all': 'activity.action.session.kill-all',
  'token.export': 'activity.action.token.export',
  'token.generate': 'activity.action.token.generate',
  'token.revoke': 'activity.action.token.revoke',
  'token.revoke-at': 'activity.action.token.revoke-at',
  'token.revoke-at-cancel': 'activity.action.token.revoke-at-cancel',
  'token.rotate': 'activity.action.token.rotate',
  'token.rotate-stop': 'activity.action.token.rotate-stop',
  'token.seal': 'activity.action.token.seal',
  'token.triage': 'activity.action.token.triage',
}

/** Null for an action that this version does not know: a newer one may have written the ledger. */
export function actionWords(action: string): MessageId | null {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action as LedgerAction] : null
}

export type Outcome = ConsoleEntry['result'] | 'unreadable'

export const OUTCOME_TONES: Record<Outcome, Tone> = {
  done: 'good',
  failed: 'danger',
  unknown: 'warning',
  running: 'busy',
  unreadable: 'danger',
}

export function outcomeOf(entry: Entry): Outcome {
  if (entry.source === 'platform') return entry.succeeded ? 'done' : 'failed'
  return entry.action === null ? 'unreadable' : entry.result
}

/** One line of the list, whatever happens to its order. */
export function entryKey(entry: Entry): string {
  return entry.source === 'console' ? `console-${entry.place}` : `platform-${entry.id}`
}
