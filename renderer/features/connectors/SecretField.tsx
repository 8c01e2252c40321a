import { Button, PasswordInput } from '@mantine/core'
import type { ComposerView } from '#shared/contract/composer.ts'
import { COMPOSER_LIMITS } from '#shared/domain/composer.ts'
import { T, useText } from '../../i18n/text.tsx'
import type { TypedSecrets } from './composer-store.ts'
import classes from './connectors.module.css'

const NAMES = {
  token: 'token',
  portainerKey: 'portainer-key',
  registryPassword: 'registry-password',
} as const

/** A secret that is kept elsewhere: it can be replaced or forgotten, never read. */
export function SecretField({
  name,
  place,
  typed,
  onChange,
}: {
  name: keyof TypedSecrets
  place: ComposerView['secrets'][keyof TypedSecrets]
  typed: string | null | undefined
  onChange: (typed: string | null | undefined) => void
}) {
  const text = useText()
  const isKept = place !== 'none' && typed !== null
  return (
    <div>
      <PasswordInput
        label={text(`composer.secret.${NAMES[name]}`)}
        description={text(`composer.secret.${NAMES[name]}-hint`)}
        placeholder={isKept ? text(`composer.secret-place.${place}`) : ''}
        value={typed ?? ''}
        maxLength={COMPOSER_LIMITS.secret}
        onChange={({ currentTarget: { value } }) => onChange(value === '' ? undefined : value)}
        autoComplete="off"
        spellCheck={false}
        visibilityToggleButtonProps={{ 'aria-label': text('composer.secret-show') }}
      />
      {isKept && (
        <div className={classes.buttons}>
          <Button variant="subtle" size="compact-xs" onClick={() => onChange(null)}>
            <T id="composer.secret-forget" />
          </Button>
        </div>
      )}
      {typed === null && place !== 'none' && (
        <span className={classes.dimmed} role="status">
          <T id="composer.secret-forgotten" />
        </span>
      )}
    </div>
  )
}
