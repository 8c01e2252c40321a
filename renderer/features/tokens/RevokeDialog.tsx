import { Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { lastFour, REASON_MAX } from '#shared/domain/token.ts'
import { DangerDialog } from '../../i18n/danger-dialog.tsx'
import { useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { TokenEnding, TokenName } from '../../i18n/token.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { useTokensActions, useTokensEnvironment } from './context.tsx'
import type { TokenDialog } from './store.ts'
import classes from './tokens.module.css'

/** T-09. */
export function RevokeDialog({ dialog }: { dialog: Extract<TokenDialog, { name: 'revoke' }> }) {
  const { owner, ref, token } = dialog
  const text = useText()
  const actions = useTokensActions()
  const { identity } = useTokensEnvironment()
  const [reason, setReason] = useState('')
  const isReasonKept = identity?.features.revokeReason ?? false
  const isTooLong = reason.trim().length > REASON_MAX

  async function revoke(): Promise<Problem | null> {
    const failure = await actions.revoke(ref, token, reason.trim())
    if (failure) return failure
    actions.close()
    notifications.show({
      closeButtonProps: { 'aria-label': text('common.close') },
      message: text('revoke.done', { ending: lastFour(token.maskedToken), owner: owner.name }),
    })
    return null
  }

  return (
    <DangerDialog
      name="revoke"
      title={text('revoke.title')}
      confirm={text('revoke.submit')}
      confirmTestId="confirm-revoke"
      icon={<Icon name="trash" />}
      disabled={isTooLong}
      onClose={actions.close}
      onConfirm={revoke}
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
    </DangerDialog>
  )
}
