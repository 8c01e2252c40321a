import type { ReactNode } from 'react'
import type { ClipboardStatus, LedgerStatus } from '#shared/contract/system.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useSystem } from './context.tsx'
import { ClipboardMark, KeychainMark, LedgerMark, LocalPlatformMark } from './marks.tsx'
import classes from './system.module.css'

/** How things stand, in one line: the connection, its last contact, keychain, local platform, ledger, what runs in the background, clipboard. */
export function StatusBar({
  connection,
  contactAt,
  clipboard,
  work,
}: {
  /** the active connection's name and state */
  connection: ReactNode
  /** when the platform last answered, our clock */
  contactAt: number | null
  /** of whoever writes the clipboard */
  clipboard: ClipboardStatus
  /** what runs in the background, with its progress */
  work: ReactNode
}) {
  const text = useText()
  const status = useSystem((state) => state.status)
  const lost = useSystem((state) => state.lost)
  return (
    <div className={classes.bar} data-testid="status-bar">
      <Entry name={text('status.connection')} narrow={lost ? undefined : 'gone'}>
        {lost ? (
          <StateMark tone="danger">
            <T id="status.no-contact" />
          </StateMark>
        ) : (
          connection
        )}
      </Entry>
      {contactAt !== null && (
        <Entry name={text('status.contact')}>
          <Age at={contactAt} />
        </Entry>
      )}
      {status && (
        <>
          <Entry name={text('status.keychain')}>
            <KeychainMark keychain={status.keychain} />
          </Entry>
          <Entry name={text('status.local')}>
            <LocalPlatformMark status={status.localPlatform} />
          </Entry>
          <Entry name={text('status.ledger')} narrow={isLedgerWell(status.ledger) ? 'yields' : undefined}>
            <LedgerMark ledger={status.ledger} />
          </Entry>
        </>
      )}
      {work}
      {clipboard.state !== 'idle' && (
        <span className={classes.last} data-testid="clipboard-state">
          <ClipboardMark status={clipboard} />
        </span>
      )}
      {!status && (
        <span>
          <T id="status.waiting" />
        </span>
      )}
    </div>
  )
}

const isLedgerWell = (ledger: LedgerStatus): boolean =>
  ledger.state === 'ready' && ledger.brokenAt === undefined

const NARROW = { gone: classes.wideOnly, yields: classes.yields }

function Entry({
  name,
  narrow,
  children,
}: {
  name: string
  /** on a narrow page: gone, or gone while the clipboard has something to say */
  narrow?: 'gone' | 'yields' | undefined
  children: ReactNode
}) {
  return (
    <span className={[classes.entry, narrow && NARROW[narrow]].join(' ')}>
      <span className={classes.name}>{name}</span> {children}
    </span>
  )
}
