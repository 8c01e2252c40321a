import { useText } from '../../i18n/text.tsx'
import classes from './tokens.module.css'

/** The tabs of the tokens' view, in their order. */
export const TOKEN_SCOPES = ['all', 'mine', 'users', 'findings'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

export function TokenTabs({ scope, onScope }: { scope: TokenScope; onScope: (scope: TokenScope) => void }) {
  const text = useText()
  return (
    <nav className={classes.tabs} aria-label={text('tokens.scopes')}>
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
  )
}
