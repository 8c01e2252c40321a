import { Button } from '@mantine/core'
import { useEffect, useMemo } from 'react'
import { useIntl } from 'react-intl'
import { useStore } from 'zustand'
import type { Connection } from '#shared/contract/connections.ts'
import { HeartbeatProvider } from '../features/heartbeat/context.tsx'
import { PlatformFacts } from '../features/heartbeat/PlatformFacts.tsx'
import { Attention } from '../features/overview/Attention.tsx'
import { attentionRows, type Facts, type Remedy } from '../features/overview/attention.ts'
import { ConnectorsPanel } from '../features/overview/ConnectorsPanel.tsx'
import { checkedOf } from '../features/overview/checked.ts'
import { Panel, Panels } from '../features/overview/Panel.tsx'
import { TokensPanel } from '../features/overview/TokensPanel.tsx'
import { RegistrationProvider, useLook } from '../features/registration/context.tsx'
import { RegistrationFacts } from '../features/registration/RegistrationFacts.tsx'
import { T, useText } from '../i18n/text.tsx'
import { useNow } from '../ui/clock.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { usePage } from './page-context.tsx'

const MINUTE_MS = 60_000

/** What needs a person, and how the parts of the console stand: put together from the features that know. */
export default function OverviewPage({ connection }: { connection: Connection }) {
  const text = useText()
  const { router, heartbeat, overview, registration } = usePage()
  const facts = useFacts()
  const isFirstRun = useIsFirstRun()
  const onRemedy = useRemedies()
  useLook(registration)
  useFirstLook(connection.id)
  const { connectors } = usePage()
  useEffect(() => connectors.actions.follow(), [connectors])
  const openXtmOne = (): void => router.go({ view: 'xtm-one' })
  if (isFirstRun) return <FirstRun />
  return (
    <>
      <Attention rows={attentionRows(facts)} checked={checkedOf(facts)} onRemedy={onRemedy} />
      <Panels>
        {/* An OpenAEV tells of neither. */}
        {connection.kind === 'opencti' && (
          <>
            <TokensPanel
              inventory={facts.inventory}
              onRead={() => void overview.actions.readTokens()}
              onShow={(scope) => router.go({ view: 'tokens', scope })}
              onFinding={(id) => onRemedy({ do: 'finding', id })}
            />
            <RegistrationProvider store={registration}>
              <Panel
                title={text('nav.xtm-one')}
                testId="panel-registration"
                foot={<Open label={text('overview.go.registration')} onClick={openXtmOne} />}
              >
                <RegistrationFacts />
              </Panel>
            </RegistrationProvider>
          </>
        )}
        <ConnectorsPanel
          connectors={facts.connectors}
          readAt={facts.connectorsReadAt}
          now={facts.now}
          onShow={() => onRemedy({ do: 'connectors' })}
        />
        <HeartbeatProvider store={heartbeat}>
          <Panel
            title={text('overview.platform')}
            testId="panel-platform"
            foot={
              <Open
                label={text('overview.go.monitors')}
                onClick={() => onRemedy({ do: 'monitors', connectionId: connection.id })}
              />
            }
          >
            <PlatformFacts connectionId={connection.id} />
          </Panel>
        </HeartbeatProvider>
      </Panels>
    </>
  )
}

function Open({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <>
      <span />
      <Button variant="default" size="compact-sm" onClick={onClick}>
        {label}
      </Button>
    </>
  )
}

/** What every feature knows by now. */
function useFacts(): Facts {
  const page = usePage()
  const { heartbeat, registration, system, overview, incidents, connectors } = page
  const connectorMap = useStore(connectors, (state) => state.connectors)
  const connectorStatus = useStore(connectors, (state) => state.status)
  const connectorList = useMemo(
    () => (connectorStatus === null ? null : [...connectorMap.values()]),
    [connectorMap, connectorStatus],
  )
  const connectorsReadAt = connectorStatus?.readAt ?? null
  const responses = useStore(incidents, (state) => state.list)
  const plans = useStore(page.upkeep, (state) => state.upkeep)
  const intl = useIntl()
  const list = useStore(page.connections, (state) => state.list)
  const beat = useStore(heartbeat, (state) => state.status)
  const standing = useStore(registration, (state) => state.registration)
  const status = useStore(system, (state) => state.status)
  const inventory = useStore(overview, (state) => state.inventory)
  const lossAt = standing?.enterpriseLossAt ?? null
  const isLost = useNow((now) => lossAt !== null && now >= lossAt)
  const minute = useNow((now) => now - (now % MINUTE_MS))
  return useMemo(() => {
    const nameOf = (id: string): string => {
      const known = list?.find((one) => one.id === id)
      return known && !known.embedded ? known.name : intl.formatMessage({ id: 'settings.local' })
    }
    return {
      connections: list,
      nameOf,
      heartbeat: beat,
      registration: standing,
      now: minute,
      isEnterpriseLost: isLost,
      system: status,
      inventory,
      responses,
      plans,
      connectors: connectorList,
      connectorsReadAt,
    }
  }, [
    list,
    beat,
    standing,
    status,
    inventory,
    responses,
    plans,
    connectorList,
    connectorsReadAt,
    intl,
    minute,
    isLost,
  ])
}

/** Who opens the page need not wait for the first look of each monitor, which comes at a time of its own. */
function useFirstLook(connectionId: string): void {
  const { heartbeat } = usePage()
  const isUnseen = useStore(heartbeat, ({ status }) =>
    Boolean(status?.monitors.some((one) => one.connectionId === connectionId && one.last === null)),
  )
  useEffect(() => {
    if (isUnseen) void heartbeat.actions.lookAtAll(connectionId)
  }, [heartbeat, connectionId, isUnseen])
}

/** The one thing to do about a row: here at once, or where it belongs. */
function useRemedies(): (remedy: Remedy) => void {
  const { router, settings, heartbeat, overview } = usePage()
  return useMemo(() => {
    const turnTo = (connectionId: string): void => {
      if (settings.getState().settings?.activeConnectionId !== connectionId)
        void settings.change({ activeConnectionId: connectionId })
    }
    return (remedy) => {
      switch (remedy.do) {
        case 'look':
          return void heartbeat.actions.lookNow(remedy.monitorIds)
        case 'read':
          return void overview.actions.readTokens()
        case 'registration':
          turnTo(remedy.connectionId)
          return router.go({ view: 'xtm-one' })
        case 'monitors':
          turnTo(remedy.connectionId)
          return router.go({ view: 'overview', part: 'monitors' })
        case 'response':
          return router.go({ view: 'tokens', scope: 'incidents', id: remedy.id })
        case 'plan':
          turnTo(remedy.connectionId)
          return router.go({ view: 'tokens', scope: 'plans', planId: remedy.id })
        case 'connections':
          return router.go({ view: 'settings', section: 'connections' })
        case 'connectors':
          return router.go({ view: 'connectors', connectorId: null })
        case 'finding':
          return router.go({ view: 'tokens', scope: 'all', finding: remedy.id })
        case 'activity':
          return router.go({ view: 'activity' })
        case 'keychain':
        case 'local':
          return router.go({ view: 'settings', section: remedy.do })
      }
    }
  }, [router, settings, heartbeat, overview])
}

/** Nothing but a local platform that is switched off. */
function useIsFirstRun(): boolean {
  const { connections, system } = usePage()
  const isAlone = useStore(connections, ({ list }) => list?.every(({ embedded }) => embedded) ?? false)
  const isOff = useStore(system, ({ status }) => status?.localPlatform.state === 'off')
  return isAlone && isOff
}

function FirstRun() {
  const text = useText()
  const { connections, settings } = usePage()
  return (
    <EmptyState
      title={text('overview.first-run')}
      testId="overview-first-run"
      action={
        <>
          <Button onClick={() => connections.actions.open({ name: 'add-connection' })}>
            <T id="connection.add" />
          </Button>{' '}
          <Button
            variant="default"
            onClick={() => void settings.change({ localPlatform: true })}
            data-testid="try-local"
          >
            <T id="overview.first-run-try" />
          </Button>
        </>
      }
    >
      {text('overview.first-run-hint')}
    </EmptyState>
  )
}
