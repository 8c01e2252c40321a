import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { BusyButton } from '../ui/BusyButton.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { ProblemNotice } from './problem.tsx'
import { T, useText } from './text.tsx'

interface Props {
  /** as `Dialog` has it */
  name: string
  title: ReactNode
  size?: number
  /** the words of the red button, and how tests call it: `confirm-…` */
  confirm: ReactNode
  confirmTestId: string
  icon?: ReactNode
  /** what has to be known or mended before it may be done */
  disabled?: boolean
  onClose: () => void
  /** Does it, and gives what went wrong; on success it closes the dialog itself. */
  onConfirm: () => Promise<Problem | null>
  children: ReactNode
}

/** Asks before something that nobody can take back. The first focus, and so Enter, is on Cancel. */
export function DangerDialog({
  name,
  title,
  size,
  confirm,
  confirmTestId,
  icon,
  disabled = false,
  onClose,
  onConfirm,
  children,
}: Props) {
  const text = useText()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function run(): Promise<void> {
    setBusy(true)
    setProblem(null)
    setProblem(await onConfirm())
    setBusy(false)
  }

  return (
    <Dialog
      name={name}
      title={title}
      closeLabel={text('common.close')}
      onClose={onClose}
      dismissible={!busy}
      {...(size !== undefined && { size })}
      footer={
        <>
          <Button variant="default" onClick={onClose} disabled={busy} data-autofocus data-testid="cancel">
            <T id="common.cancel" />
          </Button>
          <BusyButton
            color="red"
            busy={busy}
            disabled={disabled}
            leftSection={icon}
            onClick={() => void run()}
            data-testid={confirmTestId}
          >
            {confirm}
          </BusyButton>
        </>
      }
    >
      {children}
      {problem && <ProblemNotice problem={problem} />}
    </Dialog>
  )
}
