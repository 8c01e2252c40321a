import { Button, FileButton, Textarea } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { T, useText } from '../../i18n/text.tsx'
import classes from './incidents.module.css'

/** A text to paste, or a file of it; handed on once and gone from here. */
export function LeakSource({ asking, onText }: { asking: boolean; onText: (text: string) => void }) {
  const text = useText()
  const field = useRef<HTMLTextAreaElement>(null)
  const [failed, setFailed] = useState(false)

  function submit(event: FormEvent): void {
    event.preventDefault()
    const source = field.current?.value ?? ''
    if (asking || field.current === null || source.trim() === '') return
    // SECURITY: the text leaves the page's document at once; no state of the page ever holds it.
    field.current.value = ''
    setFailed(false)
    onText(source)
  }

  async function take(file: File | null): Promise<void> {
    if (!file) return
    setFailed(false)
    try {
      onText(await file.text())
    } catch {
      setFailed(true)
    }
  }

  return (
    <form id="leak-source" onSubmit={submit}>
      <Textarea
        ref={field}
        label={text('triage.text')}
        error={failed ? text('triage.file-failed') : null}
        readOnly={asking}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        classNames={{ input: classes.leakText }}
        data-testid="leak-text"
      />
      <div className={classes.leakFile}>
        <FileButton onChange={(file) => void take(file)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="compact-sm"
              // Keeps the focus that it may have.
              data-disabled={asking || undefined}
              aria-disabled={asking || undefined}
              onClick={() => asking || props.onClick()}
              data-testid="leak-file"
            >
              <T id="triage.file" />
            </Button>
          )}
        </FileButton>
      </div>
    </form>
  )
}
