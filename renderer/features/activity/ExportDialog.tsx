import { Button } from '@mantine/core'
import { useCallback, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { problemOf } from '../../i18n/problem-of.ts'
import { T, useText } from '../../i18n/text.tsx'
import { useAnswer } from '../../i18n/use-answer.ts'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './activity.module.css'
import { useActivityActions, useActivityEnvironment } from './context.tsx'

/** The ledger as a signed file, and the key that proves it (L-02). */
export function ExportDialog() {
  const text = useText()
  const { client, save } = useActivityEnvironment()
  const { close } = useActivityActions()
  const { answer: key, problem: keyless } = useAnswer(
    useCallback(() => client.activity.publicKey(), [client]),
  )
  const [saved, setSaved] = useState<{ fileName: string; records: number } | null>(null)
  const [busy, setBusy] = useState(false)
  const [unsaved, setUnsaved] = useState<Problem | null>(null)
  const problem = unsaved ?? keyless

  async function saveLedger(): Promise<void> {
    setBusy(true)
    setUnsaved(null)
    try {
      const { fileName, text: content, records } = await client.activity.exportLedger()
      save(fileName, content)
      setSaved({ fileName, records })
    } catch (error) {
      setUnsaved(problemOf(error))
    }
    setBusy(false)
  }

  return (
    <Dialog
      name="export"
      title={text('activity.export-title')}
      closeLabel={text('common.close')}
      onClose={close}
      size={640}
      footer={
        <>
          <Button variant="default" onClick={close}>
            <T id="common.close" />
          </Button>
          <Button
            variant="default"
            disabled={key === null}
            onClick={() => key && save(key.fileName, key.publicKey, 'application/x-pem-file')}
            data-testid="save-key"
          >
            <T id="activity.save-key" />
          </Button>
          <BusyButton busy={busy} onClick={() => void saveLedger()} data-autofocus data-testid="save-ledger">
            <T id="activity.save-ledger" />
          </BusyButton>
        </>
      }
    >
      <p className={classes.paragraph}>{text('activity.export-what')}</p>
      <p className={classes.paragraph}>{text('activity.export-key')}</p>
      <Facts
        facts={[
          {
            key: 'fingerprint',
            name: text('activity.fingerprint'),
            value: <span className={classes.mono}>{key?.fingerprint ?? '…'}</span>,
          },
          {
            key: 'command',
            name: text('activity.command'),
            value: (
              <span className={classes.mono} translate="no">
                npm run verify-ledger -- {saved?.fileName ?? 'FILE'} --key {key?.fileName ?? 'KEY'}
              </span>
            ),
          },
        ]}
      />
      {problem && <ProblemNotice problem={problem} />}
      <span role="status" data-testid="saved">
        {saved && (
          <StateMark tone="good">
            <T id="activity.saved" values={{ records: saved.records }} />
          </StateMark>
        )}
      </span>
    </Dialog>
  )
}
