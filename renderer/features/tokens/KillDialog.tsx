import { notifications } from '@mantine/notifications'
import type { Problem } from '#shared/contract/problem.ts'
import { DangerDialog } from '../../i18n/danger-dialog.tsx'
import { useText } from '../../i18n/text.tsx'
import { useTokensActions } from './context.tsx'
import type { TokenDialog } from './store.ts'

/** Ends one login, or all of a user's. */
export function KillDialog({
  dialog,
}: {
  dialog: Extract<TokenDialog, { name: 'kill-session' | 'kill-sessions' }>
}) {
  const text = useText()
  const actions = useTokensActions()
  const all = dialog.name === 'kill-sessions'
  const owner = dialog.owner.name

  async function kill(): Promise<Problem | null> {
    const failure = all
      ? await actions.killSessions(dialog.ref)
      : await actions.killSession(dialog.ref, dialog.session.id)
    if (failure) return failure
    actions.close()
    notifications.show({
      closeButtonProps: { 'aria-label': text('common.close') },
      message: text('session.killed', { count: all ? dialog.count : 1, owner }),
    })
    return null
  }

  return (
    <DangerDialog
      name={dialog.name}
      title={all ? text('session.kill-all') : text('session.kill')}
      confirm={all ? text('session.kill-all') : text('session.kill')}
      confirmTestId="confirm-kill"
      onClose={actions.close}
      onConfirm={kill}
    >
      <p>
        {all
          ? text('session.kill-all-warning', { count: dialog.count, owner })
          : text('session.kill-warning', { owner })}
      </p>
      <p>{text('session.kill-tokens-stay')}</p>
    </DangerDialog>
  )
}
