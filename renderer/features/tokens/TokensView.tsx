import { Button } from '@mantine/core'
import { T, useText } from '../../i18n/text.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Icon } from '../../ui/icons.tsx'
import { AccessView, useHindrance } from './AccessView.tsx'
import { useTokens, useTokensEnvironment } from './context.tsx'
import { FinishRotationDialog } from './FinishRotationDialog.tsx'
import { GenerateDialog } from './GenerateDialog.tsx'
import { KillDialog } from './KillDialog.tsx'
import { PlanDialog } from './PlanDialog.tsx'
import { RevealDialog } from './RevealDialog.tsx'
import { RevokeDialog } from './RevokeDialog.tsx'
import classes from './tokens.module.css'
import { UsersView } from './UsersView.tsx'

export type TokensPlace = { scope: 'mine' } | { scope: 'users'; userId: string | null }

/** Tokens of the connection's holder, and of everybody else. */
export function TokensView({ place, search }: { place: TokensPlace; search: string }) {
  const text = useText()
  const { onShowUser } = useTokensEnvironment()
  const hindrance = useHindrance(place.scope)

  return (
    <>
      {hindrance !== null ? (
        <EmptyState title={text(`tokens.hindrance.${hindrance}`)} testId={`hindrance-${hindrance}`}>
          {text(`tokens.hindrance.${hindrance}.hint`)}
        </EmptyState>
      ) : place.scope === 'mine' ? (
        <AccessView key="me" userRef="me" search={search} />
      ) : place.userId === null ? (
        <UsersView search={search} />
      ) : (
        <>
          <div className={classes.back}>
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<Icon name="back" />}
              onClick={() => onShowUser(null)}
              data-testid="all-users"
            >
              <T id="users.all" />
            </Button>
          </div>
          <AccessView key={place.userId} userRef={place.userId} search={search} />
        </>
      )}
      <TokenDialogs />
    </>
  )
}

function TokenDialogs() {
  const dialog = useTokens((state) => state.dialog)
  switch (dialog?.name) {
    case 'generate':
      return <GenerateDialog dialog={dialog} />
    case 'reveal':
      return <RevealDialog key={dialog.generated.revealId} dialog={dialog} />
    case 'plan':
      return <PlanDialog dialog={dialog} />
    case 'finish-rotation':
      return <FinishRotationDialog dialog={dialog} />
    case 'revoke':
      return <RevokeDialog dialog={dialog} />
    case 'kill-session':
    case 'kill-sessions':
      return <KillDialog dialog={dialog} />
    default:
      return null
  }
}
