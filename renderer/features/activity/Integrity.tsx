import { Button } from '@mantine/core'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './activity.module.css'
import { useActivity, useActivityActions } from './context.tsx'

/** Whether the ledger is what was written, when that was looked at, and the way to look again and to take it along (L-02). */
export function Integrity() {
  const { verify, open } = useActivityActions()
  const verifying = useActivity((state) => state.verifying)
  return (
    <div className={classes.integrity}>
      <span role="status" className={classes.verdict} data-testid="verdict">
        <Verdict />
      </span>
      <span className={classes.buttons}>
        <BusyButton
          variant="default"
          size="compact-sm"
          busy={verifying}
          onClick={() => void verify()}
          data-testid="verify"
        >
          <T id="activity.verify" />
        </BusyButton>
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => open({ name: 'export' })}
          data-testid="export"
        >
          <T id="activity.export" />
        </Button>
      </span>
    </div>
  )
}

function Verdict() {
  const verdict = useActivity((state) => state.verdict)
  const failed = useActivity((state) => state.verifyProblem !== null)
  if (failed)
    return (
      <StateMark tone="danger">
        <T id="activity.not-checked" />
      </StateMark>
    )
  if (verdict === null)
    return (
      <StateMark tone="busy">
        <T id="activity.checking" />
      </StateMark>
    )
  return (
    <>
      {verdict.state === 'broken' ? (
        <StateMark tone="danger">
          <T id="activity.broken" />
        </StateMark>
      ) : (
        <StateMark tone="good">
          <T id="activity.whole" values={{ records: verdict.records }} />
        </StateMark>
      )}{' '}
      <span className={classes.dimmed}>
        <T id="activity.checked" values={{ age: <Age at={verdict.checkedAt} /> }} />
      </span>
    </>
  )
}

/** What is wrong with the ledger, with the record's number and what to do. */
export function IntegrityNotices() {
  const text = useText()
  const verdict = useActivity((state) => state.verdict)
  const problem = useActivity((state) => state.verifyProblem)
  const { verify } = useActivityActions()
  return (
    <>
      {problem && (
        <ProblemNotice
          problem={problem}
          testId="verify-failed"
          actions={
            <Button variant="default" onClick={() => void verify()}>
              <T id="common.try-again" />
            </Button>
          }
        />
      )}
      {verdict?.state === 'broken' && (
        <Notice
          tone="danger"
          role="alert"
          testId="ledger-broken"
          title={text(`activity.broken.${verdict.why}`, { place: verdict.place })}
        >
          <p>{text('activity.broken-means')}</p>
          <p>{text('activity.broken-hint')}</p>
        </Notice>
      )}
      {verdict?.state === 'whole' && verdict.unchecked > 0 && (
        <Notice
          tone="warning"
          testId="ledger-unchecked"
          title={text('activity.unchecked', { records: verdict.unchecked })}
        >
          {text('activity.unchecked-hint')}
        </Notice>
      )}
    </>
  )
}
