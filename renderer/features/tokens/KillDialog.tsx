import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useTokensActions } from './context.tsx'
import type { TokenDialog } from './store.ts'

/** Ends one login, or all of a user's. The first focus is on Cancel. */
export function KillDialog({
  dialog,
}: {
  dialog: Extract<TokenDialog, { name: 'kill-session' | 'kill-sessions' }>
}) {
  const text = useText()
  const actions = useTokensActions()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const all = dialog.name === 'kill-sessions'
  const owner = dialog.owner.name

  async function kill(): Promise<void> {
    setBusy(true)
    setProblem(null)
    const failure = all
      ? await actions.killSessions(dialog.ref)
      : await actions.killSession(dialog.ref, dialog.session.id)
    setBusy(false)
    if (failure) return setProblem(failure)
    actions.close()
    notifications.show({
      closeButtonProps: { 'aria-label': text('common.close') },
      message: text('session.killed', { count: all ? dialog.count : 1, owner }),
    })
  }

  return (
    <Dialog
      name={dialog.name}
      title={all ? text('session.kill-all') : text('session.kill')}
      closeLabel={text('common.close')}
      onClose={actions.close}
      dismissible={!busy}
      footer={
        <>
          <Button
            variant="default"
            onClick={actions.close}
            disabled={busy}
            data-autofocus
            data-testid="cancel"
          >
            <T id="common.cancel" />
          </Button>
          <Button color="red" loading={busy} onClick={() => void kill()} data-testid="confirm-kill">
            {all ? text('session.kill-all') : text('session.kill')}
          </Button>
        </>
      }
    >
      <p>
        {all
          ? text('session.kill-all-warning', { count: dialog.count, owner })
          : text('session.kill-warning', { owner })}
      </p>
      <p>{text('session.kill-tokens-stay')}</p>
      {problem && <ProblemNotice problem={problem} />}
    </Dialog>
  )
}
