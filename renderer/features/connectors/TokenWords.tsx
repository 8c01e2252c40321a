import type { OwnerToken } from '#shared/contract/connectors.ts'
import { T } from '../../i18n/text.tsx'
import { ForeignWords } from '../../ui/ForeignText.tsx'
import classes from './connectors.module.css'

/** A token by its name and its last four. */
export function TokenWords({ token: { name, lastFour } }: { token: Pick<OwnerToken, 'name' | 'lastFour'> }) {
  return (
    <>
      {name.trim() === '' ? <T id="cause.unnamed" /> : <ForeignWords>{name}</ForeignWords>}
      {lastFour !== '' && (
        <>
          {' '}
          <span className={classes.mono}>…{lastFour}</span>
        </>
      )}
    </>
  )
}
