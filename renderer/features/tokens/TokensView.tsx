import { Button } from '@mantine/core'
import { T, useText } from '../../i18n/text.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Icon } from '../../ui/icons.tsx'
import { AccessView, useHindrance } from './AccessView.tsx'
import { useTokensEnvironment } from './context.tsx'
import { PlansView } from './PlansView.tsx'
import { TokenDialogs } from './TokenDialogs.tsx'
import classes from './tokens.module.css'
import { UsersView } from './UsersView.tsx'

export type TokensPlace =
  | { scope: 'mine' }
  | { scope: 'users'; userId: string | null }
  | { scope: 'plans'; planId: string | null }

/** Tokens of the connection's holder, and of everybody else, and what is planned for them. */
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
      ) : place.scope === 'plans' ? (
        <PlansView search={search} planId={place.planId} />
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
