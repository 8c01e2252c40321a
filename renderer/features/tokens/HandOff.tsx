import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { Generated } from '#shared/contract/tokens.ts'
import { HAND_OFF_FORMATS, type HandOffFormat, handOff } from '#shared/domain/hand-off.ts'
import { T, useText } from '../../i18n/text.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { Icon } from '../../ui/icons.tsx'
import { useTokensEnvironment } from './context.tsx'
import { SealedFile } from './SealedFile.tsx'
import classes from './tokens.module.css'

type Choice = HandOffFormat | 'sealed' | ''

/**
 * Ways to hand a new token over besides its bare value (T-08): lines that read it from the environment, or a file that only
 * the recipient can open.
 */
export function HandOff({ generated, onSealed }: { generated: Generated; onSealed: () => void }) {
  const text = useText()
  const [choice, setChoice] = useState<Choice>('')
  return (
    <div className={classes.handOff}>
      <NativeSelect
        label={text('handoff.label')}
        value={choice}
        onChange={(event) => setChoice(event.currentTarget.value as Choice)}
        data={[
          { value: '', label: text('handoff.choose') },
          ...HAND_OFF_FORMATS.map((format) => ({ value: format, label: text(`handoff.format.${format}`) })),
          { value: 'sealed', label: text('handoff.format.sealed') },
        ]}
        className={classes.handOffChoice}
        data-testid="hand-off"
      />
      {choice === 'sealed' ? (
        <SealedFile revealId={generated.revealId} onSealed={onSealed} />
      ) : (
        choice !== '' && <Snippet key={choice} format={choice} />
      )}
    </div>
  )
}

/** SECURITY: made of the platform's address alone; the token's value is not within its reach. */
function Snippet({ format }: { format: HandOffFormat }) {
  const text = useText()
  const { connection } = useTokensEnvironment()
  const [copied, setCopied] = useState(false)
  const lines = handOff(format, connection.url)
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: no group of fields, but lines that are read and scrolled */}
      <pre
        className={classes.snippet}
        role="group"
        aria-label={text(`handoff.format.${format}`)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by keyboard too
        tabIndex={0}
        translate="no"
        data-testid="snippet"
      >
        {lines}
      </pre>
      <div className={classes.copyRow}>
        <Button
          variant="default"
          leftSection={<Icon name={copied ? 'check' : 'copy'} />}
          onClick={() => void copyText(lines).then(setCopied)}
          data-testid="copy-snippet"
        >
          {text(copied ? 'common.copied' : 'handoff.copy')}
        </Button>
        <span className={classes.dimmed}>
          <T id="handoff.snippet-hint" />
        </span>
      </div>
    </>
  )
}
