import type { ReactNode } from 'react'
import { useText } from '../../i18n/text.tsx'
import classes from './tokens.module.css'

/** The tabs of the tokens' view, in their order. */
export const TOKEN_SCOPES = ['all', 'mine', 'users', 'findings', 'revoked', 'plans', 'review'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

export function TokenTabs({
  scope,
  onScope,
  tools,
}: {
  /** null: a place behind none of them */
  scope: TokenScope | null
  onScope: (scope: TokenScope) => void
  /** at the end of the tabs' line */
  tools: ReactNode
}) {
  const text = useText()
  return (
    <div className={classes.tabs}>
      <nav className={classes.tabList} aria-label={text('tokens.scopes')}>
        {TOKEN_SCOPES.map((one) => (
          <button
            key={one}
            type="button"
            className={classes.tab}
            data-testid={`scope-${one}`}
            aria-current={scope === one ? 'page' : undefined}
            onClick={() => onScope(one)}
          >
            {text(`tokens.scope.${one}`)}
          </button>
        ))}
      </nav>
      <span className={classes.toolbar}>{tools}</span>
    </div>
  )
}
