import { Button } from '@mantine/core'
import type { ComposerRun, ComposerView } from '#shared/contract/composer.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { secondsUntil, useNow } from '../../ui/clock.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignWords } from '../../ui/ForeignText.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import type { ConnectionChoice } from './composer-store.ts'
import classes from './connectors.module.css'
import { None } from './Values.tsx'

const TONES: Record<ComposerRun['state'], Tone> = {
  off: 'neutral',
  waiting: 'warning',
  starting: 'busy',
  ready: 'good',
  stopping: 'busy',
  restarting: 'warning',
  failed: 'danger',
}

const isSilent = (run: ComposerRun): boolean => run.state === 'ready' && run.silentSince !== null

export function ComposerStateFacts({
  view: { run, progress, settings },
  connections,
}: {
  view: ComposerView
  connections: readonly ConnectionChoice[]
}) {
  const text = useText()
  const connection = connections.find(({ id }) => id === settings.connectionId)
  return (
    <Facts
      facts={[
        {
          key: 'state',
          name: text('local.state'),
          value: (
            <span data-testid="composer-state" data-state={run.state}>
              <StateMark tone={isSilent(run) ? 'warning' : TONES[run.state]}>
                <T id={isSilent(run) ? 'composer.run.silent' : `composer.run.${run.state}`} />
              </StateMark>
            </span>
          ),
        },
        ...('since' in run
          ? [{ key: 'since', name: text('local.since'), value: <Age at={run.since} /> }]
          : []),
        {
          key: 'connection',
          name: text('composer.connection'),
          value: connection ? <ForeignWords>{connection.name}</ForeignWords> : <None />,
        },
        {
          key: 'orchestrator',
          name: text('composer.orchestrator'),
          value: text(`composer.orchestrator.${settings.orchestrator}`),
        },
        ...(progress === null
          ? []
          : [
              {
                key: 'registered',
                name: text('composer.registered'),
                value: (
                  <StateMark tone={progress.registered ? 'good' : 'warning'}>
                    <T id={progress.registered ? 'composer.yes' : 'composer.no'} />
                  </StateMark>
                ),
              },
              {
                key: 'cycle',
                name: text('composer.cycle'),
                value:
                  progress.lastHealthyCycleAt === null ? (
                    <None />
                  ) : (
                    <>
                      <Age at={progress.lastHealthyCycleAt} />{' '}
                      <span className={classes.dimmed}>
                        <T
                          id="composer.cycles"
                          values={{ count: progress.cycles, failed: progress.failedCycles }}
                        />
                      </span>
                    </>
                  ),
              },
              {
                key: 'wanted',
                name: text('composer.wanted'),
                value: <T id="common.count" values={{ count: progress.wanted }} />,
              },
            ]),
        ...(run.state === 'ready'
          ? [
              {
                key: 'key',
                name: text('manager.key'),
                value: (
                  <>
                    <T id="manager.key-words" values={{ bits: run.keyBits }} />{' '}
                    <span className={classes.mono}>{run.keyFingerprint}</span>
                  </>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}

/** What keeps the composer from its work, and the way on. */
export function ComposerTrouble({
  view: { run, progress, settings, lastLines },
  managerIds,
  onConfirmRemovals,
  onTakeOver,
}: {
  view: ComposerView
  managerIds: readonly string[]
  onConfirmRemovals: () => void
  onTakeOver: (managerId: string) => void
}) {
  const text = useText()
  const isDown = run.state === 'failed' || run.state === 'restarting'
  const other = managerIds.find((id) => id !== settings.managerId)
  return (
    <div className={classes.troubles}>
      {run.state === 'waiting' && (
        <ProblemNotice problem={run.problem} tone="warning" testId="composer-waits" />
      )}
      {isDown && (
        <Notice
          tone={run.state === 'failed' ? 'danger' : 'warning'}
          role="alert"
          testId="composer-down"
          title={text(`composer.${run.state}.what`)}
        >
          {run.state === 'restarting' ? <NextStart at={run.nextAt} /> : text('composer.failed.hint')}
        </Notice>
      )}
      {run.state === 'ready' && run.silentSince !== null && (
        <Notice tone="warning" role="alert" testId="composer-silent" title={text('composer.silent.what')}>
          <T id="composer.silent.hint" values={{ age: <Age at={run.silentSince} /> }} />
        </Notice>
      )}
      {progress?.registrationProblem != null && (
        <Notice
          tone="danger"
          testId="composer-not-registered"
          title={text('composer.not-registered')}
          actions={
            other !== undefined && (
              <Button variant="default" onClick={() => onTakeOver(other)} data-testid="take-over">
                <T id="composer.take-over" />
              </Button>
            )
          }
        >
          <ForeignWords>{progress.registrationProblem}</ForeignWords>
        </Notice>
      )}
      {progress?.cycleProblem != null && (
        <Notice tone="danger" testId="composer-cycle-failed" title={text('composer.cycle-failed')}>
          <ForeignWords>{progress.cycleProblem}</ForeignWords>
        </Notice>
      )}
      {progress !== null && progress.removalsHeld > 0 && (
        <Notice
          tone="warning"
          testId="removals-held"
          title={text('composer.removals-held', { count: progress.removalsHeld })}
          actions={
            <Button color="red" onClick={onConfirmRemovals} data-testid="confirm-removals">
              <T id="composer.confirm-removals" />
            </Button>
          }
        >
          {text('composer.removals-held-hint')}
        </Notice>
      )}
      {run.state === 'ready' && run.warnings.length > 0 && (
        <Notice tone="warning" title={text('composer.warnings')}>
          {run.warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
        </Notice>
      )}
      {lastLines.length > 0 && (
        <details className={classes.more} open={isDown || undefined}>
          <summary>
            <T id="composer.last-lines" />
          </summary>
          <pre
            className={classes.lastLines}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
            tabIndex={0}
            role="log"
            aria-live="off"
            aria-label={text('composer.last-lines')}
          >
            {lastLines.join('\n')}
          </pre>
        </details>
      )}
    </div>
  )
}

function NextStart({ at }: { at: number }) {
  const seconds = useNow((now) => secondsUntil(at, now))
  return <T id="composer.next-start" values={{ seconds }} />
}
