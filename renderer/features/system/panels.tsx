import { Skeleton, Switch } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { LocalPlatformStatus } from '#shared/contract/system.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { secondsUntil, useNow } from '../../ui/clock.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { useSystem, useSystemStore } from './context.tsx'
import { KeychainMark, LedgerMark, LocalPlatformMark } from './marks.tsx'
import classes from './system.module.css'

function useDeed(deed: () => Promise<Problem | null>) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  return {
    busy,
    problem,
    async run(): Promise<void> {
      setBusy(true)
      setProblem(await deed())
      setBusy(false)
    },
  }
}

/** S-04: how far the keychain can be used, and what to do where it can't. */
export function KeychainPanel() {
  const text = useText()
  const status = useSystem((state) => state.status)
  const { actions } = useSystemStore()
  const recheck = useDeed(actions.recheckKeychain)
  if (!status) return <Waiting title={text('settings.keychain')} />
  const { keychain, ledger } = status
  return (
    <Section title={text('settings.keychain')}>
      <div className={classes.stack}>
        <Facts
          facts={[
            { key: 'state', name: text('keychain.state'), value: <KeychainMark keychain={keychain} /> },
            { key: 'backend', name: text('keychain.backend'), value: keychain.backend },
            { key: 'ledger', name: text('status.ledger'), value: <LedgerMark ledger={ledger} /> },
            ...(ledger.state === 'ready'
              ? [
                  {
                    key: 'key',
                    name: text('ledger.key'),
                    value: text(`ledger.key-place.${ledger.keyPlace}`),
                  },
                ]
              : []),
          ]}
        />
        {keychain.state === 'ready' || keychain.state === 'checking' ? (
          <p>{text(`keychain.${keychain.state}.hint`)}</p>
        ) : (
          <div className={classes.wide}>
            <ProblemNotice
              tone="warning"
              problem={{ code: `keychain-${keychain.state}`, detail: keychain.detail }}
            />
          </div>
        )}
        {ledger.state === 'ready' && ledger.damagedKey !== undefined && (
          <ProblemNotice tone="warning" problem={{ code: 'key-damaged', detail: ledger.damagedKey }} />
        )}
        {ledger.state === 'ready' && ledger.damagedKey === undefined && ledger.keyPlace === 'file' && (
          <Notice tone="warning" title={text('ledger.key-file')}>
            {text('ledger.key-file-hint')}
          </Notice>
        )}
        {ledger.state === 'failed' && <ProblemNotice problem={ledger.problem} />}
        {recheck.problem && <ProblemNotice problem={recheck.problem} />}
        <BusyButton
          variant="default"
          busy={recheck.busy}
          onClick={() => void recheck.run()}
          data-testid="recheck"
        >
          <T id="keychain.recheck" />
        </BusyButton>
      </div>
    </Section>
  )
}

/** The platform that ships inside: whether it runs, and its last words when it doesn't. */
export function LocalPlatformPanel({
  enabled,
  onEnabled,
}: {
  /** the setting */
  enabled: boolean
  onEnabled: (on: boolean) => void
}) {
  const text = useText()
  const status = useSystem((state) => state.status?.localPlatform ?? null)
  const { actions } = useSystemStore()
  const restart = useDeed(actions.restartLocalPlatform)
  if (!status) return <Waiting title={text('settings.local')} />
  return (
    <Section title={text('settings.local')}>
      <div className={classes.stack}>
        <p>{text('local.what')}</p>
        <Switch
          checked={enabled}
          onChange={(event) => onEnabled(event.currentTarget.checked)}
          label={text('local.enable')}
          data-testid="local-enabled"
        />
        <Facts
          facts={[
            { key: 'state', name: text('local.state'), value: <LocalPlatformMark status={status} /> },
            ...(status.state === 'off'
              ? []
              : [{ key: 'since', name: text('local.since'), value: <Age at={status.since} /> }]),
            ...(status.state === 'ready'
              ? [{ key: 'url', name: text('connection.address'), value: status.url }]
              : []),
          ]}
        />
        <LocalTrouble status={status} />
        {restart.problem && <ProblemNotice problem={restart.problem} />}
        {status.state !== 'off' && (
          <BusyButton
            variant="default"
            busy={restart.busy || status.state === 'starting'}
            onClick={() => void restart.run()}
            data-testid="restart-local"
          >
            <T id="local.restart" />
          </BusyButton>
        )}
      </div>
    </Section>
  )
}

function LocalTrouble({ status }: { status: LocalPlatformStatus }) {
  const text = useText()
  if (status.state !== 'failed' && status.state !== 'restarting') return null
  return (
    <>
      <Notice
        tone={status.state === 'failed' ? 'danger' : 'warning'}
        role="alert"
        title={text(`local.${status.state}.what`)}
      >
        {status.state === 'failed' ? text('local.failed.hint') : <NextStart at={status.nextAt} />}
      </Notice>
      {status.lastLines.length > 0 && (
        <div className={classes.wide}>
          <p>{text('local.last-lines')}</p>
          <pre
            className={classes.lines}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
            tabIndex={0}
            role="log"
            aria-label={text('local.last-lines')}
          >
            {status.lastLines.join('\n')}
          </pre>
        </div>
      )}
    </>
  )
}

function NextStart({ at }: { at: number }) {
  const seconds = useNow((now) => secondsUntil(at, now))
  return <T id="local.next-start" values={{ seconds }} />
}

export function AboutPanel() {
  const text = useText()
  const info = useSystem((state) => state.info)
  if (!info) return <Waiting title={text('settings.about')} />
  return (
    <Section title={text('settings.about')}>
      <div className={classes.stack}>
        <p>{text('about.what')}</p>
        <Facts
          facts={[
            { key: 'version', name: text('about.version'), value: info.version },
            { key: 'host', name: text('about.host'), value: text(`about.host.${info.host}`) },
            { key: 'os', name: text('about.os'), value: OS_NAMES[info.os] },
            { key: 'licence', name: text('about.licence'), value: 'Apache-2.0' },
          ]}
        />
        <p>{text('about.privacy')}</p>
      </div>
    </Section>
  )
}

const OS_NAMES = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' } as const

function Waiting({ title }: { title: ReactNode }) {
  return (
    <Section title={title}>
      <Skeleton height={80} radius="xs" aria-busy="true" />
    </Section>
  )
}
