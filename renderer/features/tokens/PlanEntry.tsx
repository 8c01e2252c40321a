import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { Token } from '#shared/contract/tokens.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { nameWithEnding, TokenEnding, TokenName } from '../../i18n/token.tsx'
import { ForeignText, visibleText } from '../../ui/ForeignText.tsx'
import { spokenName } from '../../ui/spoken-name.ts'
import { useTokensEnvironment } from './context.tsx'
import classes from './tokens.module.css'

/** Where an entry stands. */
export interface EntryPlace {
  /** platform's clock minus ours, ms */
  readonly skewMs: number
  readonly mayChange: boolean
  /** says whose token it is */
  readonly withOwner: boolean
  /** somebody came for it */
  readonly isSought: boolean
}

/** One entry: which token, how it stands, what is known, what can be done. */
export function Entry({
  of: { id, token, owner },
  withOwner,
  isSought,
  state,
  details,
  actions,
  testId,
}: Pick<EntryPlace, 'withOwner' | 'isSought'> & {
  of: { id: string; token: Token; owner: { id: string; name: string } }
  state: ReactNode
  details?: ReactNode
  actions?: ReactNode
  testId: string
}) {
  const { upkeep, onShowUser } = useTokensEnvironment()
  const refused = useStore(upkeep, (all) => (all.refused?.id === id ? all.refused.problem : null))
  const place = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isSought) place.current?.scrollIntoView({ block: 'nearest' })
  }, [isSought])
  return (
    <li ref={place} data-testid={testId} aria-current={isSought || undefined}>
      <span className={classes.plannedToken}>
        <TokenName name={token.name} /> <TokenEnding maskedToken={token.maskedToken} />
        {withOwner && (
          <button
            type="button"
            className={classes.plannedOwner}
            onClick={() => onShowUser(owner.id)}
            aria-label={spokenName(visibleText(owner.name), nameWithEnding(token))}
            data-testid="plan-owner"
          >
            <ForeignText>{owner.name}</ForeignText>
          </button>
        )}
      </span>
      <span className={classes.plannedState}>{state}</span>
      <span className={classes.plannedActions}>{actions}</span>
      {details && <p className={classes.plannedDetails}>{details}</p>}
      {refused && <ProblemNotice problem={refused} />}
    </li>
  )
}

/** What failed stays until a person has seen it. */
export function Dismiss({ of: { id, token } }: { of: { id: string; token: Token } }) {
  const text = useText()
  const { upkeep } = useTokensEnvironment()
  return (
    <Button
      variant="default"
      size="compact-sm"
      onClick={() => void upkeep.actions.act('dismiss', id)}
      aria-label={spokenName(text('planned.dismiss'), nameWithEnding(token))}
      data-testid="dismiss"
    >
      <T id="planned.dismiss" />
    </Button>
  )
}
