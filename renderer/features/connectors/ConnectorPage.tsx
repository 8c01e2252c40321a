import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type ReactNode, useEffect, useState } from 'react'
import type { Connector } from '#shared/contract/connectors.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { evidenceAt, healthOf, isTrouble } from '#shared/domain/connector.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { useTicker } from '../../ui/clock.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText, ForeignWords } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { CauseNotice, causeFor } from './Causes.tsx'
import classes from './connectors.module.css'
import {
  useConnectorRights,
  useConnectors,
  useConnectorsActions,
  useConnectorsEnvironment,
  useIsOpenAev,
} from './context.tsx'
import { LogView } from './LogView.tsx'
import { Reading } from './Reading.tsx'
import { ReadingNotices } from './ReadingNotices.tsx'
import { StandingMark, useStanding } from './StandingMark.tsx'
import type { ConnectorsStatus } from './store.ts'
import { Timeline } from './Timeline.tsx'
import { EvidenceAge, Kind, None, Reported, Requested, Restarts, Uptime } from './Values.tsx'

/** One connector closely: why it stands so, what happened, what it says, start and stop. */
export function ConnectorPage({
  connectorId,
  status,
  search,
}: {
  connectorId: string
  status: ConnectorsStatus
  search: string
}) {
  const text = useText()
  const { onShow, connection } = useConnectorsEnvironment()
  const actions = useConnectorsActions()
  const connector = useConnectors((state) => state.connectors.get(connectorId))
  const hasLog = connector?.managed ?? false
  // biome-ignore lint/correctness/useExhaustiveDependencies: another connection has other connectors
  useEffect(() => actions.followDetail(connectorId, hasLog), [actions, connectorId, hasLog, connection.id])

  return (
    <>
      <div className={classes.back}>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Icon name="back" />}
          onClick={() => onShow(null)}
          data-testid="all-connectors"
        >
          <T id="connectors.all" />
        </Button>
      </div>
      {connector === undefined ? (
        <>
          <ReadingNotices status={status} />
          <EmptyState title={text('problem.connector-not-found.what')} testId="connector-gone">
            {text('connector.gone-hint')}
          </EmptyState>
          <Section title={text('timeline.title')}>
            <Timeline />
          </Section>
        </>
      ) : (
        <Present connector={connector} status={status} search={search} />
      )}
    </>
  )
}

function Present({
  connector,
  status,
  search,
}: {
  connector: Connector
  status: ConnectorsStatus
  search: string
}) {
  const text = useText()
  const [problem, setProblem] = useState<Problem | null>(null)
  return (
    <>
      <div className={classes.who}>
        <h2>
          <ForeignText>{connector.name}</ForeignText>
        </h2>
        <StandingMark connector={connector} />
        <span className={classes.whoAside}>
          <Reading status={status} />
          <Deeds connector={connector} onProblem={setProblem} />
        </span>
      </div>
      {problem && (
        <div className={classes.notices}>
          <ProblemNotice problem={problem} />
        </div>
      )}
      <ReadingNotices status={status} />
      <Trouble connector={connector} />
      <Unproven connector={connector} />
      <div className={classes.columns}>
        <Section title={text('connector.now')}>
          <ConnectorFacts connector={connector} composerHere={status.composerHere} />
        </Section>
        <Section title={text('timeline.title')}>
          <Timeline />
        </Section>
      </div>
      {connector.managed && <LogView connector={connector} search={search} />}
    </>
  )
}

/** Start or stop: whichever is not wanted yet. */
function Deeds({
  connector,
  onProblem,
}: {
  connector: Connector
  onProblem: (problem: Problem | null) => void
}) {
  const text = useText()
  const rights = useConnectorRights()
  const actions = useConnectorsActions()
  const [busy, setBusy] = useState(false)
  if (!connector.managed) return null
  if (!rights.change) return <span className={classes.dimmed}>{text('connector.look-only')}</span>

  async function start(): Promise<void> {
    setBusy(true)
    const failure = await actions.request(connector.id, 'start')
    setBusy(false)
    onProblem(failure)
    if (failure) return
    notifications.show({
      closeButtonProps: { 'aria-label': text('common.close') },
      message: text('connector.start-asked', { name: connector.name }),
    })
  }
  return connector.requested === 'starting' ? (
    <Button variant="default" onClick={() => actions.askToStop(connector)} data-testid="stop">
      <T id="connector.stop" />
    </Button>
  ) : (
    <BusyButton busy={busy} onClick={() => void start()} data-testid="start">
      <T id="connector.start" />
    </BusyButton>
  )
}

/** What is wrong in a sentence, what to do, and whether a token has to do with it. */
function Trouble({ connector }: { connector: Connector }) {
  const text = useText()
  const standing = useStanding(connector)
  const owners = useConnectors((state) => state.owners)
  const { clock } = useTicker()
  const isOpenAev = useIsOpenAev()
  if (!isTrouble(standing)) return null
  const cause = causeFor(connector, standing, owners, clock.now())
  const isDanger = standing !== 'silent' && standing !== 'inactive' && standing !== 'not-stopped'
  const notice = connector.observed?.notice ?? null
  return (
    <div className={classes.notices}>
      <Notice
        tone={isDanger ? 'danger' : 'warning'}
        testId="trouble"
        title={text(`connector.trouble.${standing}.what`)}
      >
        <p>{text(`connector.trouble.${standing}.hint`)}</p>
        {notice !== null && (
          <p className={classes.words}>
            <ForeignWords>{notice}</ForeignWords>
          </p>
        )}
        {isOpenAev && <p data-testid="cause-not-told">{text('openaev.cause-not-told')}</p>}
      </Notice>
      {cause && <CauseNotice connector={connector} cause={cause} />}
    </div>
  )
}

/** Nothing is wrong and nothing is proven: where the platform does not tell, that is no trouble. */
function Unproven({ connector }: { connector: Connector }) {
  const text = useText()
  if (useStanding(connector) !== 'unproven') return null
  return (
    <div className={classes.notices}>
      <Notice tone="neutral" testId="unproven" title={text('openaev.unproven')}>
        {text(connector.managed ? 'openaev.unproven-hint' : 'openaev.unproven-own-hint')}
      </Notice>
    </div>
  )
}

interface Fact {
  key: string
  name: ReactNode
  value: ReactNode
}

function ConnectorFacts({ connector, composerHere }: { connector: Connector; composerHere: boolean }) {
  const text = useText()
  const { onShowUser } = useConnectorsEnvironment()
  const { owner } = connector
  const facts: Fact[] = [
    ...(connector.managed ? managedFacts(text, connector, composerHere) : []),
    {
      key: 'last-seen',
      name: text('connector.column.last-seen'),
      value: connector.lastSeenAt === null ? <None /> : <RelativeTime at={connector.lastSeenAt} />,
    },
    {
      key: 'type',
      name: text('connector.column.type'),
      value: (
        <>
          {(!connector.builtIn || !connector.dated) && <Kind connector={connector} />}{' '}
          {connector.builtIn && text('connector.built-in')}
        </>
      ),
    },
    {
      key: 'owner',
      name: text('connector.column.owner'),
      value:
        owner === null ? (
          <Untold connector={connector} />
        ) : (
          <button type="button" className={classes.open} onClick={() => onShowUser(owner.id)}>
            <ForeignText>{owner.name}</ForeignText>
          </button>
        ),
    },
    {
      key: 'id',
      name: text('manager.id'),
      value: (
        <span className={classes.mono}>
          <ForeignText>{connector.id}</ForeignText>
        </span>
      ),
    },
  ]
  return <Facts facts={facts} />
}

/** What is not there, or what OpenAEV keeps to itself. */
function Untold({ connector }: { connector: Connector }) {
  return connector.dated ? <None /> : <T id="openaev.not-told" />
}

/** Whose word the evidence is. */
function evidenceWords({ dated }: Connector) {
  return dated ? 'connector.told-by-platform' : 'openaev.own-sign'
}

function managedFacts(text: ReturnType<typeof useText>, connector: Connector, composerHere: boolean): Fact[] {
  const health = healthOf(connector)
  const isOwn = composerHere && connector.observed !== null
  return [
    {
      key: 'requested',
      name: text('connector.column.requested'),
      value: <Requested connector={connector} />,
    },
    { key: 'reported', name: text('connector.column.reported'), value: <Reported connector={connector} /> },
    {
      key: 'evidence',
      name: text('connector.column.evidence'),
      value:
        evidenceAt(connector) === null ? (
          text(connector.dated ? 'connector.no-evidence' : 'openaev.evidence-not-told')
        ) : (
          <>
            <EvidenceAge connector={connector} />{' '}
            <span className={classes.dimmed}>
              {text(isOwn ? 'connector.seen-here' : evidenceWords(connector))}
            </span>
          </>
        ),
    },
    ...(isOwn && connector.observed !== null
      ? [
          {
            key: 'container',
            name: text('connector.container'),
            value: (
              <>
                <T id={`connector.container.${connector.observed.state}`} />
                {connector.observed.reason !== null && (
                  <span className={classes.dimmed}>
                    {' '}
                    <ForeignWords>{connector.observed.reason}</ForeignWords>
                  </span>
                )}
              </>
            ),
          },
        ]
      : []),
    { key: 'restarts', name: text('connector.column.restarts'), value: <Restarts connector={connector} /> },
    ...(health !== null && health.exitCode !== null
      ? [{ key: 'exit', name: text('connector.exit-code'), value: String(health.exitCode) }]
      : []),
    { key: 'uptime', name: text('connector.column.uptime'), value: <Uptime connector={connector} /> },
    {
      key: 'image',
      name: text('connector.column.image'),
      value:
        connector.image === null ? (
          <Untold connector={connector} />
        ) : (
          <ForeignWords>{connector.image}</ForeignWords>
        ),
    },
    {
      key: 'hash',
      name: text('connector.hash'),
      value:
        connector.hash === null ? (
          <Untold connector={connector} />
        ) : (
          <span className={classes.mono}>{connector.hash}</span>
        ),
    },
  ]
}
