import { Button } from '@mantine/core'
import { useStore } from 'zustand'
import type { Incident } from '#shared/contract/incidents.ts'
import { useText } from '../i18n/text.tsx'
import { StateMark } from '../ui/StateMark.tsx'
import { usePage } from './page-context.tsx'

/** Responses that are not over, in the status bar: the way back to each after its page was left. */
export function IncidentsAtWork() {
  const text = useText()
  const { incidents, router } = usePage()
  const list = useStore(incidents, (state) => state.list)
  const open = (list ?? []).filter(({ phase }) => phase !== 'done' && phase !== 'stopped')
  const [first] = open
  if (!first) return null
  const isAtWork = open.every(({ phase }) => phase === 'running')
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      onClick={() =>
        router.go({ view: 'tokens', scope: 'incidents', id: open.length === 1 ? first.id : null })
      }
      data-testid="at-work"
    >
      <StateMark tone={isAtWork ? 'busy' : 'warning'}>
        {open.length === 1
          ? text('incident.at-work', { phase: text(`incident.short.${first.phase}`), ...far(first) })
          : text('incident.several-at-work', { count: open.length })}
      </StateMark>
    </Button>
  )
}

const far = ({ steps }: Incident) => ({ done: steps.done, total: steps.total })
