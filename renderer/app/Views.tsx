import { Button, Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { Connection } from '#shared/contract/connections.ts'
import { RegistrationProvider } from '../features/registration/context.tsx'
import { ProblemNotice } from '../i18n/problem.tsx'
import { T, useText } from '../i18n/text.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Mishaps } from './Mishaps.tsx'
import { lazyPart, Part } from './Part.tsx'
import { useActiveConnection, useIdentity, usePage, useRoute } from './page-context.tsx'
import type { Route } from './routes.ts'
import { TokensPage } from './TokensPage.tsx'
import classes from './Views.module.css'

const OverviewPage = lazyPart(() => import('./OverviewPage.tsx'))
const MonitorsPage = lazyPart(() => import('./MonitorsPage.tsx'))
const ActivityPage = lazyPart(async () => ({ default: (await import('./ActivityPage.tsx')).ActivityPage }))
const ConnectorsPage = lazyPart(async () => ({
  default: (await import('./ConnectorsPage.tsx')).ConnectorsPage,
}))
const SettingsPage = lazyPart(async () => ({ default: (await import('./SettingsPage.tsx')).SettingsPage }))
const NotTold = lazyPart(async () => ({ default: (await import('../features/openaev/NotTold.tsx')).NotTold }))
const XtmOneFacts = lazyPart(async () => ({
  default: (await import('../features/openaev/XtmOneFacts.tsx')).XtmOneFacts,
}))
const XtmOneView = lazyPart(async () => ({
  default: (await import('../features/registration/XtmOneView.tsx')).XtmOneView,
}))

/** The view of the route, below what concerns all views. */
export function Views() {
  const route = useRoute()
  return (
    <>
      <LinkBanner />
      <Mishaps />
      <ViewOf route={route} />
    </>
  )
}

/** The overview stands without any platform too: it says what is wrong with it. */
function Overview({ part }: { part: 'now' | 'monitors' }) {
  const active = useActiveConnection()
  const Shown = part === 'now' ? OverviewPage : MonitorsPage
  return (
    <Part key={part} waiting={<Waiting />}>
      {active ? <Shown key={active.id} connection={active} /> : <Waiting />}
    </Part>
  )
}

/** A place of its own for each view: one whose file is lost leaves the others as they are. */
function ViewOf({ route }: { route: Route }) {
  switch (route.view) {
    case 'settings':
      return (
        <Part key="settings" waiting={<Waiting />}>
          <SettingsPage section={route.section} />
        </Part>
      )
    case 'overview':
      return <Overview part={route.part} />
    case 'connectors':
      return (
        <OfConnection
          view={(connection) => (
            <Part waiting={<Waiting />}>
              <ConnectorsPage connection={connection} connectorId={route.connectorId} />
            </Part>
          )}
        />
      )
    case 'activity':
      return (
        <Part key="activity" waiting={<Waiting />}>
          <ActivityPage waiting={<Waiting />} />
        </Part>
      )
    case 'xtm-one':
      return (
        <OfConnection
          view={({ id, kind }) => (kind === 'openaev' ? <OpenAevXtmOne connectionId={id} /> : <XtmOne />)}
        />
      )
    case 'tokens':
      return (
        <OfConnection
          // What was done stays readable without the platform.
          gated={route.scope !== 'incidents'}
          view={(connection) =>
            connection.kind === 'openaev' && route.scope !== 'incidents' ? (
              <OpenAevTokens />
            ) : (
              <TokensPage connection={connection} />
            )
          }
        />
      )
  }
}

function XtmOne() {
  const { registration } = usePage()
  return (
    <RegistrationProvider store={registration}>
      <Part waiting={<Waiting />}>
        <XtmOneView />
      </Part>
    </RegistrationProvider>
  )
}

function OpenAevTokens() {
  const { router } = usePage()
  return (
    <Part waiting={<Waiting />}>
      <NotTold what="tokens" onConnectors={() => router.go({ view: 'connectors', connectorId: null })} />
    </Part>
  )
}

function OpenAevXtmOne({ connectionId }: { connectionId: string }) {
  const { host, router } = usePage()
  return (
    <Part waiting={<Waiting />}>
      <NotTold what="registration" onConnectors={() => router.go({ view: 'connectors', connectorId: null })}>
        <XtmOneFacts client={host.client} connectionId={connectionId} />
      </NotTold>
    </Part>
  )
}

/** The core is out of reach: what is shown stays, and ages. */
function LinkBanner() {
  const text = useText()
  const { system } = usePage()
  const lost = useStore(system, (state) => state.lost)
  const silent = useStore(system, (state) => state.silent)
  if (!lost && silent)
    return (
      <div className={classes.notices}>
        <Notice tone="warning" role="alert" testId="link-silent" title={text('link.silent')}>
          {text('link.silent-hint')}
        </Notice>
      </div>
    )
  if (!lost) return null
  return (
    <div className={classes.notices}>
      <Notice
        tone="danger"
        role="alert"
        testId="link-lost"
        title={text('link.lost')}
        actions={
          <Button variant="default" onClick={system.actions.reconnect}>
            <T id="link.retry" />
          </Button>
        }
      >
        {text('link.lost-hint')}
      </Notice>
    </div>
  )
}

/** A view of the active connection: shown where its platform was ever reached; else why not, and the way there. */
function OfConnection({
  view,
  gated = true,
}: {
  view: (connection: Connection) => ReactNode
  /** false: shown whether the platform was reached or not */
  gated?: boolean
}) {
  const active = useActiveConnection()
  if (!active) return <Waiting />
  if (!gated) return view(active)
  return (
    <ConnectionGate key={active.id} connection={active}>
      {view(active)}
    </ConnectionGate>
  )
}

function ConnectionGate({ connection, children }: { connection: Connection; children: ReactNode }) {
  const text = useText()
  const { system, router } = usePage()
  const identity = useIdentity(connection.id)
  const local = useStore(system, (state) => state.status?.localPlatform.state ?? null)
  const { state, embedded } = connection
  const toLocal = () => router.go({ view: 'settings', section: 'local' })

  if (identity === null && embedded && local !== null && local !== 'ready') {
    return (
      <EmptyState
        title={text(`first-run.${local}`)}
        testId={`local-${local}`}
        action={
          <Button variant="default" onClick={toLocal}>
            <T id="first-run.to-local" />
          </Button>
        }
      >
        {text(`first-run.${local}.hint`)}
      </EmptyState>
    )
  }
  if (identity === null && state.phase !== 'failed') return <Waiting />
  return (
    <>
      {state.phase === 'failed' && (
        <div className={classes.notices}>
          <FailedConnection connection={connection} />
        </div>
      )}
      {identity !== null && children}
      {embedded && <LocalOnly />}
    </>
  )
}

function FailedConnection({ connection }: { connection: Connection }) {
  const { connections, router } = usePage()
  const { state } = connection
  if (state.phase !== 'failed') return null
  const wantsToken = !connection.embedded && /^(wrong-token|token-missing)$/.test(state.problem.code)
  return (
    <ProblemNotice
      testId="connection-failed"
      problem={state.problem}
      tone={state.identity === null ? 'danger' : 'warning'}
      actions={
        <>
          {wantsToken && (
            <Button onClick={() => connections.actions.open({ name: 'new-connection-token', connection })}>
              <T id="connection.new-token" />
            </Button>
          )}
          <Button variant="default" onClick={() => void connections.actions.test(connection.id)}>
            <T id="connection.test" />
          </Button>
          <Button variant="default" onClick={() => router.go({ view: 'settings', section: 'connections' })}>
            <T id="connection.manage" />
          </Button>
        </>
      }
    />
  )
}

/** Who is only on the local platform is told what it is, and how to get to a real one. */
function LocalOnly() {
  const text = useText()
  const { connections } = usePage()
  const isOnly = useStore(connections, (state) => state.list?.length === 1)
  if (!isOnly) return null
  return (
    <Notice
      tone="neutral"
      testId="local-only"
      title={text('connection.only-local')}
      actions={
        <Button variant="default" onClick={() => connections.actions.open({ name: 'add-connection' })}>
          <T id="connection.add" />
        </Button>
      }
    >
      {text('connection.only-local-hint')}
    </Notice>
  )
}

function Waiting(): ReactNode {
  return (
    <div className={classes.waiting} aria-busy="true" data-testid="waiting">
      <span role="status" className={classes.dimmed}>
        <T id="connection.waiting" />
      </span>
      <Skeleton height={24} width={240} radius="xs" />
      <Skeleton height={24} radius="xs" />
      <Skeleton height={24} radius="xs" />
      <Skeleton height={24} radius="xs" />
    </div>
  )
}
