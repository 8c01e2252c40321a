import { Button } from '@mantine/core'
import { useStore } from 'zustand'
import type { Mishap } from '#shared/contract/system.ts'
import type { MessageId } from '../i18n/catalogue.ts'
import { T, useText } from '../i18n/text.tsx'
import { RelativeTime } from '../i18n/time.tsx'
import { Notice } from '../ui/Notice.tsx'
import { usePage } from './page-context.tsx'
import classes from './Views.module.css'

const NONE: readonly Mishap[] = []

/** What ended by itself and is back: said above the view until it was read. */
export function Mishaps() {
  const { system } = usePage()
  const mishaps = useStore(system, (state) => state.status?.mishaps ?? NONE)
  if (mishaps.length === 0) return null
  return (
    <div className={classes.notices}>
      {mishaps.map((mishap, index) => (
        <MishapNotice
          key={mishap.part}
          mishap={mishap}
          onDismiss={index === 0 ? () => void system.actions.dismissMishaps() : undefined}
        />
      ))}
    </div>
  )
}

function MishapNotice({ mishap, onDismiss }: { mishap: Mishap; onDismiss: (() => void) | undefined }) {
  const text = useText()
  const { part, at, tokenShown } = mishap
  return (
    <Notice
      tone="warning"
      role="status"
      testId={`mishap-${part}`}
      title={
        <>
          {text(titleOf(mishap))} · <RelativeTime at={at} />
        </>
      }
      actions={
        onDismiss && (
          <Button variant="default" onClick={onDismiss} data-testid="dismiss-mishaps">
            <T id="mishap.read" />
          </Button>
        )
      }
    >
      {text(`mishap.${part}.hint`)}
      {tokenShown && <p>{text('mishap.token')}</p>}
    </Notice>
  )
}

function titleOf({ part, cause }: Mishap): MessageId {
  return part === 'page' ? `mishap.page.${cause}` : `mishap.${part}`
}
