import { Button } from '@mantine/core'
import { useId } from 'react'
import gitHub from '../../../resources/leak-patterns/github-custom-patterns.txt?raw'
import gitleaks from '../../../resources/leak-patterns/gitleaks.toml?raw'
import trufflehog from '../../../resources/leak-patterns/trufflehog.yaml?raw'
import { useText } from '../../i18n/text.tsx'
import { useIncidentsEnvironment } from './context.tsx'
import classes from './incidents.module.css'

/** Each as its scanner reads it; what a name means is said at the top of the file. */
const PACK = [
  { scanner: 'gitleaks', fileName: 'gitleaks.toml', text: gitleaks },
  { scanner: 'TruffleHog', fileName: 'trufflehog.yaml', text: trufflehog },
  { scanner: 'GitHub', fileName: 'github-custom-patterns.txt', text: gitHub },
] as const

/** What tokens look like, for scanners of secrets (T-19). */
export function LeakPatterns() {
  const text = useText()
  const { save } = useIncidentsEnvironment()
  const label = useId()
  return (
    <fieldset className={classes.patterns} aria-describedby={label}>
      <legend>{text('triage.patterns')}</legend>
      {PACK.map(({ scanner, fileName, text: content }) => (
        <Button
          key={scanner}
          variant="default"
          size="compact-sm"
          onClick={() => save(fileName, content, 'text/plain')}
          translate="no"
          data-testid={`patterns-${scanner.toLowerCase()}`}
        >
          {scanner}
        </Button>
      ))}
      <span id={label} className={classes.dimmed}>
        {text('triage.patterns-hint')}
      </span>
    </fieldset>
  )
}
