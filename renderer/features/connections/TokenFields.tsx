import { Checkbox, PasswordInput } from '@mantine/core'
import type { ConnectionKind } from '#shared/contract/connections.ts'
import { PASTED_TOKEN_MAX } from '#shared/domain/connection-limits.ts'
import { useText } from '../../i18n/text.tsx'
import { useConnectionsEnvironment } from './context.tsx'

/** Whether a pasted text is longer than the core takes. */
export function isTokenTooLong(token: string): boolean {
  return token.trim().length > PASTED_TOKEN_MAX
}

/** A token to paste and where it shall live. */
export function TokenFields({
  kind,
  token,
  remember,
  error,
  onToken,
  onRemember,
}: {
  kind: ConnectionKind
  token: string
  remember: boolean
  error: string | null
  onToken: (token: string) => void
  onRemember: (remember: boolean) => void
}) {
  const text = useText()
  const { keychain } = useConnectionsEnvironment()
  const canRemember = keychain === 'ready'
  return (
    <>
      <PasswordInput
        label={text('connection.token')}
        description={text(kind === 'openaev' ? 'openaev.token-hint' : 'connection.token-hint')}
        value={token}
        onChange={(event) => onToken(event.currentTarget.value)}
        error={isTokenTooLong(token) ? text('revoke.reason-too-long', { max: PASTED_TOKEN_MAX }) : error}
        autoComplete="off"
        spellCheck={false}
        visibilityToggleButtonProps={{ 'aria-label': text('connection.token-show') }}
        autoFocus
        data-autofocus
        data-testid="connection-token"
      />
      <Checkbox
        checked={remember && canRemember}
        disabled={!canRemember}
        onChange={(event) => onRemember(event.currentTarget.checked)}
        label={text('connection.remember')}
        description={text(canRemember ? 'connection.remember-hint' : 'connection.remember-not')}
      />
    </>
  )
}
