import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { Token } from '#shared/contract/tokens.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { TokenEnding, TokenName } from '../../i18n/token.tsx'
import { useTokensEnvironment } from './context.tsx'
import classes from './tokens.module.css'

/** One entry: which token, how it stands, what is known, what can be done. */
export function Entry({
  id,
  token,
  state,
  details,
  actions,
  testId,
}: {
  id: string
  token: Token
  state: ReactNode
  details?: ReactNode
  actions?: ReactNode
  testId: string
}) {
  const { upkeep } = useTokensEnvironment()
  const refused = useStore(upkeep, (all) => (all.refused?.id === id ? all.refused.problem : null))
  return (
    <li data-testid={testId}>
      <span className={classes.plannedToken}>
        <TokenName name={token.name} /> <TokenEnding maskedToken={token.maskedToken} />
      </span>
      <span className={classes.plannedState}>{state}</span>
      <span className={classes.plannedActions}>{actions}</span>
      {details && <p className={classes.plannedDetails}>{details}</p>}
      {refused && <ProblemNotice problem={refused} />}
    </li>
  )
}
