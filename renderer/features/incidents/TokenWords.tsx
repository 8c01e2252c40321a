import type { IncidentStep } from '#shared/contract/incidents.ts'
import { T, useText } from '../../i18n/text.tsx'
import { TokenEnding, TokenName } from '../../i18n/token.tsx'
import classes from './incidents.module.css'

/** A token as a person knows it again: its end, its name, and whether it may be the one in use here. */
export function TokenWords({ token }: { token: NonNullable<IncidentStep['token']> }) {
  const text = useText()
  return (
    <span className={classes.pair}>
      <TokenEnding maskedToken={token.maskedToken} />
      <TokenName name={token.name} />
      {token.own && (
        <span className={classes.tag} title={text('incident.own-hint')}>
          <T id="incident.own" />
        </span>
      )}
    </span>
  )
}
