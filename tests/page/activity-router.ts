import { implement } from '@orpc/server'
import type { ConsoleEntry, PlatformEntry } from '#shared/contract/activity.ts'
import { contract } from '#shared/contract/index.ts'
import type { ActivityKind } from '#shared/domain/ledger.ts'
import type { Procedure, Refuse, World } from './world.ts'

export function activityRouter(world: World, enter: (procedure: Procedure, errors: Refuse) => Promise<void>) {
  const os = implement(contract).activity
  return {
    ledger: os.ledger.handler(async ({ input, errors }) => {
      await enter('activity.ledger', errors)
      const found = world.activity.ledger.filter(
        (entry) =>
          (input.before === null || entry.place < input.before) &&
          (input.kind === null || entry.action?.startsWith(`${input.kind}.`)) &&
          matches(entry, input),
      )
      const entries = found.slice(0, input.first)
      return { entries, more: found.length > entries.length, readAt: world.clock.now() }
    }),
    platform: os.platform.handler(async ({ input, errors }) => {
      await enter('activity.platform', errors)
      const found = world.activity.audit.filter(
        (entry) => (input.kind === null || isOfKind(entry, input.kind)) && matches(entry, input),
      )
      const from = Number(input.after ?? 0)
      const to = from + input.first
      return {
        entries: found.slice(from, to),
        nextCursor: to < found.length ? String(to) : null,
        recording: world.activity.recording,
        readAt: world.clock.now(),
        clockSkewMs: world.skewMs,
      }
    }),
    verify: os.verify.handler(async ({ errors }) => {
      await enter('activity.verify', errors)
      return { ...world.activity.verdict, checkedAt: world.clock.now() }
    }),
    exportLedger: os.exportLedger.handler(async ({ errors }) => {
      await enter('activity.exportLedger', errors)
      return { fileName: 'gatehouse-ledger.json', text: '{}', records: world.activity.ledger.length }
    }),
    publicKey: os.publicKey.handler(async ({ errors }) => {
      await enter('activity.publicKey', errors)
      return {
        fileName: 'gatehouse-public-key.pem',
        publicKey: '-----BEGIN PUBLIC KEY-----\nZmFrZQ==\n-----END PUBLIC KEY-----\n',
        fingerprint: 'SHA256:FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAK',
      }
    }),
  }
}

function isOfKind({ type, message }: PlatformEntry, kind: ActivityKind): boolean {
  if (kind === 'sign-in') return type === 'authentication'
  if (kind === 'token') return message.includes('API token')
  return kind === 'session' && message.includes('session')
}

function matches(
  entry: ConsoleEntry | PlatformEntry,
  { search, personId }: { search: string; personId: string | null },
): boolean {
  const text = JSON.stringify(entry).toLowerCase()
  const people = [entry.actor?.id, entry.subject?.id]
  return text.includes(search.trim().toLowerCase()) && (personId === null || people.includes(personId))
}
