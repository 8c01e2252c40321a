import { Skeleton, Switch } from '@mantine/core'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { UpdateStatus } from '#shared/contract/updates.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import { Release } from './Release.tsx'
import type { UpdatesStore } from './store.ts'
import classes from './updates.module.css'

/** Whether a newer version is there (S-09); asks nobody unless it is switched on, and installs nothing. */
export function UpdatesPanel({
  store,
  version,
  on,
  onChange,
}: {
  store: UpdatesStore
  /** the version that runs */
  version: string
  /** the setting */
  on: boolean
  onChange: (on: boolean) => void
}) {
  const text = useText()
  const status = useStore(store, (state) => state.status)
  useEffect(() => store.start(), [store])
  return (
    <Section title={text('settings.updates')}>
      {status === null && <Skeleton height={80} radius="xs" aria-busy="true" />}
      {status?.state === 'unavailable' && (
        <div className={classes.stack} data-testid="updates-unavailable">
          <p>{text('updates.unavailable')}</p>
        </div>
      )}
      {status && status.state !== 'unavailable' && (
        <div className={classes.stack}>
          <Switch
            checked={on}
            onChange={(event) => onChange(event.currentTarget.checked)}
            label={text('updates.on')}
            description={text('updates.on-hint', { source: status.source })}
            data-testid="updates-on"
          />
          <Standing status={status} version={version} />
          {status.state === 'failed' && (
            <Notice tone="warning" title={text(`updates.why.${status.why}`)} testId="updates-failed">
              {status.detail}
            </Notice>
          )}
          {status.state === 'available' && <Release release={status} onDownload={store.actions.download} />}
          {on && (
            <BusyButton
              variant="default"
              busy={status.state === 'checking'}
              onClick={store.actions.check}
              data-testid="updates-check"
            >
              <T id="updates.look-now" />
            </BusyButton>
          )}
        </div>
      )}
    </Section>
  )
}

type Asking = Exclude<UpdateStatus, { state: 'unavailable' }>

const TONES: Record<Asking['state'], Tone> = {
  off: 'neutral',
  waiting: 'neutral',
  checking: 'busy',
  current: 'good',
  failed: 'warning',
  available: 'neutral',
}

function Standing({ status, version }: { status: Asking; version: string }) {
  const text = useText()
  const newer = status.state === 'available' ? status.version : ''
  return (
    <Facts
      facts={[
        { key: 'version', name: text('updates.running'), value: version },
        {
          key: 'state',
          name: text('updates.newest'),
          value: (
            <span role="status">
              <StateMark tone={TONES[status.state]}>
                <T id={`updates.state.${status.state}`} values={{ version: newer }} />
              </StateMark>
            </span>
          ),
        },
        ...('checkedAt' in status
          ? [{ key: 'look', name: text('updates.last-look'), value: <RelativeTime at={status.checkedAt} /> }]
          : []),
      ]}
    />
  )
}
