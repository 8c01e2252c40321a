import { useState } from 'react'
import type { DockerPlace } from '#shared/contract/composer.ts'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { ForeignWords } from '../../ui/ForeignText.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import type { ComposerStore } from './composer-store.ts'
import classes from './connectors.module.css'

const TONES: Record<DockerPlace['state'], Tone> = { ready: 'good', denied: 'warning', silent: 'warning' }

/** The Docker Engines of this machine, and that there is none. */
export function DockerPlaces({ store, places }: { store: ComposerStore; places: readonly DockerPlace[] }) {
  const text = useText()
  const [busy, setBusy] = useState(false)
  async function look(): Promise<void> {
    setBusy(true)
    await store.actions.lookForDocker()
    setBusy(false)
  }
  return (
    <div className={classes.buttons} data-testid="docker-places">
      {places.length === 0 ? (
        <StateMark tone="warning">{text('composer.no-docker')}</StateMark>
      ) : (
        places.map(({ host, state }) => (
          <StateMark key={host} tone={TONES[state]}>
            <T id={`composer.docker.${state}`} values={{ host: <ForeignWords>{host}</ForeignWords> }} />
          </StateMark>
        ))
      )}
      <BusyButton
        variant="subtle"
        size="compact-sm"
        busy={busy}
        onClick={() => void look()}
        data-testid="look-for-docker"
      >
        <T id="composer.look-again" />
      </BusyButton>
    </div>
  )
}
