import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { T, useText } from '../../i18n/text.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'

/** What OpenAEV does not tell, and why, where an OpenCTI has a view; and the way to what it does tell. */
export function NotTold({
  what,
  onConnectors,
  children,
}: {
  what: 'tokens' | 'registration'
  onConnectors: () => void
  children?: ReactNode
}) {
  const text = useText()
  return (
    <>
      {children}
      <EmptyState
        title={text(`openaev.${what}`)}
        testId={`openaev-${what}`}
        action={
          <Button variant="default" onClick={onConnectors} data-testid="to-connectors">
            <T id="overview.go.connectors" />
          </Button>
        }
      >
        {text(`openaev.${what}-why`)}
      </EmptyState>
    </>
  )
}
