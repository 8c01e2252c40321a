import { Button, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { lastFour, REASON_MAX } from '#shared/domain/token.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { TokenEnding, TokenName } from '../../i18n/token.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { useTokensActions, useTokensEnvironment } from './context.tsx'
import type { TokenDialog } from './store.ts'
import classes from './tokens.module.css'

/** T-09. The first focus, and so Enter, is on Cancel. */
export function RevokeDialog({ dialog }: { dialog: Extract<TokenDialog, { name: 'revoke' }> }) {
  const { owner, ref, token } = dialog
  const text = useText()
  const actions = useTokensActions()
  const { identity } = useTokensEnvironment()
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const isReasonKept = identity?.features.revokeReason ?? false
  const isTooLong = reason.trim().length > REASON_MAX

  async function revoke(): Promise<void> {
    setBusy(true)
    setProblem(null)
    const failure = await actions.revoke(ref, token, reason.trim())
    setBusy(false)
    if (failure) return setProblem(failure)
    actions.close()
    notifications.show({
      closeButtonProps: { 'aria-label': text('common.close') },
      message: text('revoke.done', { ending: lastFour(token.maskedToken), owner: owner.name }),
    })
  }

  return (
    <Dialog
      name="revoke"
      title={text('revoke.title')}
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
          <Button
            color="red"
            loading={busy}
            disabled={isTooLong}
            leftSection={<Icon name="trash" />}
            onClick={() => void revoke()}
            data-testid="confirm-revoke"
          >
            <T id="revoke.submit" />
          </Button>
        </>
      }
    >
      <p>{text('revoke.warning')}</p>
      <Facts
        facts={[
          { key: 'name', name: text('token.column.name'), value: <TokenName name={token.name} /> },
          {
            key: 'token',
            name: text('token.column.token'),
            value: <TokenEnding maskedToken={token.maskedToken} />,
          },
          { key: 'owner', name: text('generate.owner'), value: <ForeignText>{owner.name}</ForeignText> },
          {
            key: 'used',
            name: text('token.column.last-used'),
            value: token.lastUsedAt === null ? text('token.never') : <RelativeTime at={token.lastUsedAt} />,
          },
        ]}
      />
      <Textarea
        label={text('revoke.reason')}
        description={text(isReasonKept ? 'revoke.reason-platform' : 'revoke.reason-ledger')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={isTooLong ? text('revoke.reason-too-long', { max: REASON_MAX }) : null}
        classNames={{ input: classes.reason }}
        data-testid="reason"
      />
      {problem && <ProblemNotice problem={problem} />}
    </Dialog>
  )
}
