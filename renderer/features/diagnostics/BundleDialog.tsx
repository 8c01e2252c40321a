import { Button, Skeleton } from '@mantine/core'
import { useCallback, useMemo, useState } from 'react'
import type { ConsoleClient } from '../../client.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { useAnswer } from '../../i18n/use-answer.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './diagnostics.module.css'

export interface BundleEnvironment {
  readonly client: ConsoleClient
  /** hands a file to the reader */
  readonly save: (fileName: string, text: string) => void
}

interface Bundle {
  readonly fileName: string
  readonly text: string
}

const PARTS = [
  'versions',
  'settings',
  'connections',
  'system',
  'monitors',
  'ledger',
  'composer',
  'logs',
] as const

/** Gathers a bundle, shows all of it, and hands it over as it was shown. */
export function BundleDialog({
  environment: { client, save },
  onClose,
}: {
  environment: BundleEnvironment
  onClose: () => void
}) {
  const text = useText()
  const { answer: bundle, problem } = useAnswer(useCallback(() => client.diagnostics.make(), [client]))
  const [saved, setSaved] = useState(false)

  return (
    <Dialog
      name="bundle"
      title={text('bundle.title')}
      closeLabel={text('common.close')}
      onClose={onClose}
      size={820}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            <T id="common.close" />
          </Button>
          <Button
            disabled={bundle === null}
            onClick={() => {
              if (!bundle) return
              save(bundle.fileName, bundle.text)
              setSaved(true)
            }}
            data-testid="bundle-save"
          >
            <T id="bundle.save" />
          </Button>
        </>
      }
    >
      <p className={classes.paragraph}>{text('bundle.read-it')}</p>
      {problem && <ProblemNotice problem={problem} />}
      {!problem && !bundle && (
        <div aria-busy="true">
          <p role="status" className={classes.paragraph}>
            {text('bundle.gathering')}
          </p>
          <Skeleton height={220} radius="xs" />
        </div>
      )}
      {bundle && <Parts bundle={bundle} />}
      <span role="status" data-testid="bundle-saved">
        {bundle && saved && (
          <StateMark tone="good">
            <T id="bundle.saved" values={{ fileName: bundle.fileName }} />
          </StateMark>
        )}
      </span>
    </Dialog>
  )
}

/** Each part as it stands in the file, folded. */
function Parts({ bundle }: { bundle: Bundle }) {
  const text = useText()
  const parts = useMemo(() => partsOf(bundle.text), [bundle])
  return (
    <div className={classes.parts}>
      {parts.map(({ id, failed, content }) => {
        const known = PARTS.find((part) => part === id)
        const name = known ? text(`bundle.part.${known}`) : id
        return (
          <details key={id} className={classes.part} data-testid={`bundle-${id}`}>
            <summary>
              <span className={classes.name}>{name}</span>
              {failed ? (
                <StateMark tone="warning">
                  <T id="bundle.failed" />
                </StateMark>
              ) : (
                <span className={classes.size}>
                  {text('bundle.lines', { lines: content.split('\n').length })}
                </span>
              )}
            </summary>
            <section
              className={classes.content}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
              tabIndex={0}
              aria-label={name}
              translate="no"
            >
              {content}
            </section>
          </details>
        )
      })}
    </div>
  )
}

function partsOf(file: string): { id: string; failed: boolean; content: string }[] {
  const { parts } = JSON.parse(file) as { parts: Record<string, unknown> }
  return Object.entries(parts).map(([id, part]) => ({
    id,
    failed: typeof part === 'object' && part !== null && 'failed' in part,
    // The log is lines of text; everything else reads best as it stands in the file.
    content: isLines(part) ? part.join('\n') : JSON.stringify(part, null, 2),
  }))
}

function isLines(part: unknown): part is string[] {
  return Array.isArray(part) && part.length > 0 && part.every((line) => typeof line === 'string')
}
