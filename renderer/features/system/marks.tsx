import type {
  ClipboardStatus,
  KeychainStatus,
  LedgerStatus,
  LocalPlatformStatus,
} from '#shared/contract/system.ts'
import { T } from '../../i18n/text.tsx'
import { secondsUntil, useNow } from '../../ui/clock.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'

const KEYCHAIN_TONES: Record<KeychainStatus['state'], Tone> = {
  checking: 'busy',
  ready: 'good',
  missing: 'warning',
  locked: 'warning',
  denied: 'warning',
  restarted: 'warning',
}

export function KeychainMark({ keychain }: { keychain: KeychainStatus }) {
  return (
    <StateMark tone={KEYCHAIN_TONES[keychain.state]}>
      <T id={`keychain.${keychain.state}`} />
    </StateMark>
  )
}

const PLATFORM_TONES: Record<LocalPlatformStatus['state'], Tone> = {
  off: 'neutral',
  starting: 'busy',
  ready: 'good',
  restarting: 'warning',
  failed: 'danger',
}

export function LocalPlatformMark({ status }: { status: LocalPlatformStatus }) {
  return (
    <StateMark tone={PLATFORM_TONES[status.state]}>
      <T id={`local.${status.state}`} />
    </StateMark>
  )
}

export function LedgerMark({ ledger }: { ledger: LedgerStatus }) {
  if (ledger.state === 'ready' && ledger.brokenAt !== undefined)
    return (
      <StateMark tone="danger">
        <T id="ledger.broken" values={{ place: ledger.brokenAt }} />
      </StateMark>
    )
  return ledger.state === 'ready' ? (
    <StateMark tone="good">
      <T id="ledger.ready" values={{ records: ledger.records }} />
    </StateMark>
  ) : (
    <StateMark tone="danger">
      <T id="ledger.failed" />
    </StateMark>
  )
}

/** "Token on the clipboard, clears in 24 s"; nothing when the clipboard is none of our business. */
export function ClipboardMark({ status }: { status: ClipboardStatus }) {
  const seconds = useNow((now) =>
    status.state === 'holding' && status.clearsAt !== null ? secondsUntil(status.clearsAt, now) : null,
  )
  switch (status.state) {
    case 'idle':
      return null
    case 'holding':
      return (
        <StateMark tone="warning">
          {seconds === null ? (
            <T id="clipboard.holding" />
          ) : seconds === 0 ? (
            <T id="clipboard.clearing" />
          ) : (
            <T id="clipboard.holding-until" values={{ seconds }} />
          )}
        </StateMark>
      )
    case 'cleared':
    case 'replaced':
      return (
        <StateMark tone="neutral">
          <T id={`clipboard.${status.state}`} />
        </StateMark>
      )
    case 'unconfirmed':
      return (
        <StateMark tone="warning">
          <T id="clipboard.unconfirmed" />
        </StateMark>
      )
  }
}
