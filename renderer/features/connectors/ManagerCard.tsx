import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ConnectorManager } from '#shared/contract/connectors.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './connectors.module.css'
import { useConnectorsEnvironment } from './context.tsx'
import type { ConnectorsStatus } from './store.ts'
import { None } from './Values.tsx'

/** The composer as the platform knows it. */
export function ManagerCard({ status }: { status: ConnectorsStatus }) {
  const text = useText()
  const { onComposer } = useConnectorsEnvironment()
  if (status.managers === null) return null
  return (
    <Section
      title={text('manager.title')}
      aside={
        <Button variant="default" size="compact-sm" onClick={onComposer} data-testid="to-composer">
          <T id="manager.to-settings" />
        </Button>
      }
    >
      {status.managers.length === 0 ? (
        <p className={classes.dimmed} data-testid="no-manager">
          {text('manager.none')}
        </p>
      ) : (
        status.managers.map((manager) => (
          <Manager key={manager.id} manager={manager} isHere={status.composerHere} />
        ))
      )}
    </Section>
  )
}

function Manager({ manager, isHere }: { manager: ConnectorManager; isHere: boolean }) {
  const text = useText()
  return (
    <div data-testid="manager">
      <Facts
        facts={[
          { key: 'name', name: text('manager.name'), value: <ForeignText>{manager.name}</ForeignText> },
          {
            key: 'id',
            name: text('manager.id'),
            value: (
              <span className={classes.mono}>
                <ForeignText>{manager.id}</ForeignText>
              </span>
            ),
          },
          ...(isHere ? [{ key: 'where', name: text('manager.runs'), value: text('manager.runs-here') }] : []),
          {
            key: 'ping',
            name: text('manager.ping'),
            value: (
              <StateMark tone={manager.active ? 'good' : 'danger'}>
                {manager.lastPingAt === null ? <None /> : <Age at={manager.lastPingAt} />}
              </StateMark>
            ),
          },
          { key: 'version', name: text('manager.version'), value: manager.version ?? <None /> },
          { key: 'key', name: text('manager.key'), value: <KeyWords manager={manager} /> },
        ]}
      />
    </div>
  )
}

function KeyWords({ manager: { key } }: { manager: ConnectorManager }) {
  const text = useText()
  const [copied, setCopied] = useState(false)
  if (key === null) return <T id="manager.key-unreadable" />
  return (
    <span className={classes.key}>
      <span>
        <T id="manager.key-words" values={{ bits: key.bits }} />{' '}
        <span className={classes.mono}>{key.fingerprint}</span>
      </span>
      <Button
        variant="subtle"
        size="compact-xs"
        leftSection={<Icon name={copied ? 'check' : 'copy'} />}
        onClick={() => void copyText(key.fingerprint).then(setCopied)}
        aria-label={text('manager.key-copy')}
      >
        {text(copied ? 'common.copied' : 'manager.copy')}
      </Button>
    </span>
  )
}
