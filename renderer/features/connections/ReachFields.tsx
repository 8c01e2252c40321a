import { Button, FileButton, TextInput } from '@mantine/core'
import { useState } from 'react'
import { CA_MAX, PROXY_MAX } from '#shared/domain/connection-limits.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Notice } from '../../ui/Notice.tsx'
import classes from './connections.module.css'

/** How a platform is reached when the plain way does not do. */
export interface Reach {
  caPem: string | null
  /** shown, so that one sees which file was taken */
  caName: string | null
  proxy: string
}

export function ReachFields({ reach, onChange }: { reach: Reach; onChange: (reach: Reach) => void }) {
  const text = useText()
  const [tooLarge, setTooLarge] = useState(false)

  async function take(file: File | null): Promise<void> {
    if (!file) return
    const isTooLarge = file.size > CA_MAX
    setTooLarge(isTooLarge)
    if (!isTooLarge) onChange({ ...reach, caPem: await file.text(), caName: file.name })
  }

  return (
    <details className={classes.more} open={reach.caPem !== null || reach.proxy !== '' || undefined}>
      <summary>
        <T id="connection.more" />
      </summary>
      <div>
        <div className={classes.file}>
          <FileButton onChange={(file) => void take(file)} accept=".pem,.crt,.cer,application/x-pem-file">
            {(props) => (
              <Button {...props} variant="default">
                <T id="connection.ca-choose" />
              </Button>
            )}
          </FileButton>
          {reach.caName === null ? (
            <span className={classes.dimmed}>{text('connection.ca-hint')}</span>
          ) : (
            <>
              <bdi>{reach.caName}</bdi>
              <Button
                variant="subtle"
                size="compact-sm"
                onClick={() => onChange({ ...reach, caPem: null, caName: null })}
              >
                <T id="connection.ca-drop" />
              </Button>
            </>
          )}
        </div>
        {tooLarge && <Notice tone="danger" role="alert" title={text('connection.ca-too-large')} />}
        <TextInput
          label={text('connection.proxy')}
          description={text('connection.proxy-hint')}
          placeholder="http://proxy.example:3128"
          value={reach.proxy}
          onChange={(event) => onChange({ ...reach, proxy: event.currentTarget.value })}
          error={
            reach.proxy.trim().length > PROXY_MAX ? text('revoke.reason-too-long', { max: PROXY_MAX }) : null
          }
          data-testid="proxy"
          autoComplete="off"
          spellCheck={false}
        />
      </div>
    </details>
  )
}
