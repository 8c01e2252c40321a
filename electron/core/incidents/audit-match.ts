import type { IncidentStep } from '#shared/contract/incidents.ts'
import type { AuditEntry } from '../clients/opencti/containment.ts'

/**
 * The audit entry that tells of a step, the newest first. By the token's id where the record shows it, else by its name and the
 * user, in the words of opencti-api.md §2.8 and §3.3.
 * @returns null when none does
 */
export function auditOf(step: IncidentStep, entries: readonly AuditEntry[]): IncidentStep['audit'] {
  const { kind, owner, token } = step
  const ofOwner = entries.filter(({ subjectId }) => subjectId === owner.id)
  const seen = (entry: AuditEntry | undefined, by: 'id' | 'name'): IncidentStep['audit'] =>
    entry ? { at: entry.at, by, entry: entry.id } : null
  if (kind === 'sessions')
    return seen(
      ofOwner.find(({ message }) => /\bsessions?\b/i.test(message)),
      'name',
    )
  if (kind === 'lock') return seen(ofOwner.find(isOfStatus), 'name')
  if (token === null) return null
  const revocations = ofOwner.filter(({ message }) => /\brevoked API token\b/i.test(message))
  return (
    seen(
      revocations.find(({ raw }) => raw.includes(JSON.stringify(token.id))),
      'id',
    ) ??
    seen(
      revocations.find(({ message }) => message.includes(`'${token.name}'`)),
      'name',
    )
  )
}

function isOfStatus({ raw, message }: AuditEntry): boolean {
  return raw.includes('account_status') || /\b(account.?status|locked)\b/i.test(message)
}
