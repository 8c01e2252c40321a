import { TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { problemOf } from '../../i18n/problem-of.ts'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useTokensEnvironment } from './context.tsx'
import classes from './tokens.module.css'

/** The value in a file for one recipient (T-08). The core seals it: what the page saves is closed already. */
export function SealedFile({ revealId, onSealed }: { revealId: string; onSealed: () => void }) {
  const text = useText()
  const { client, save } = useTokensEnvironment()
  const [recipient, setRecipient] = useState('')
  const [busy, setBusy] = useState(false)
  const [fileName, setFileName] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function seal(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (busy || recipient.trim() === '') return
    setBusy(true)
    setProblem(null)
    setFileName(null)
    try {
      const sealed = await client.tokens.seal({ revealId, recipient: recipient.trim() })
      save(sealed.fileName, sealed.text, 'text/plain')
      setFileName(sealed.fileName)
      onSealed()
    } catch (error) {
      setProblem(problemOf(error))
    }
    setBusy(false)
  }

  return (
    <form onSubmit={(event) => void seal(event)} noValidate className={classes.handOff}>
      <TextInput
        label={text('handoff.recipient')}
        description={text('handoff.recipient-hint')}
        value={recipient}
        onChange={(event) => {
          setRecipient(event.currentTarget.value)
          setFileName(null)
          setProblem(null)
        }}
        // The newest kind of age's keys has two thousand letters.
        maxLength={4_096}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: classes.mono }}
        data-testid="recipient"
      />
      <div>
        <BusyButton
          type="submit"
          variant="default"
          busy={busy}
          disabled={recipient.trim() === ''}
          data-testid="save-sealed"
        >
          <T id="handoff.save" />
        </BusyButton>
      </div>
      <div role="status" className={classes.sealed} data-testid="sealed">
        {fileName !== null && (
          <>
            <StateMark tone="good">
              <T id="handoff.sealed" />
            </StateMark>
            <code className={classes.mono} translate="no">
              age -d -i KEY {fileName}
            </code>
          </>
        )}
      </div>
      {problem && <ProblemNotice problem={problem} />}
    </form>
  )
}
