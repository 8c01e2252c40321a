import { Skeleton } from '@mantine/core'
import type { ConnectorEvent } from '#shared/contract/connectors.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime, utcText } from '../../i18n/time.tsx'
import { ForeignWords } from '../../ui/ForeignText.tsx'
import classes from './connectors.module.css'
import { useConnectors } from './context.tsx'

/** What happened to the connector, newest first, as the console saw it. */
export function Timeline() {
  const text = useText()
  const events = useConnectors((state) => state.detail?.events ?? null)
  if (events === null) return <Skeleton height={72} radius="xs" aria-busy="true" />
  if (events.length === 0) {
    return (
      <p className={classes.dimmed} data-testid="no-events">
        {text('timeline.empty')}
      </p>
    )
  }
  return (
    <ol
      className={classes.timeline}
      aria-label={text('timeline.title')}
      data-testid="timeline"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
    >
      {events.toReversed().map((event) => (
        <li key={event.id}>
          <span className={classes.timelineTime} title={between(event)}>
            <RelativeTime at={event.at} />
          </span>
          <span>
            <What what={event.what} />
          </span>
        </li>
      ))}
    </ol>
  )
}

/** The two readings that it happened between. */
function between({ after, at }: ConnectorEvent): string {
  return after === null ? utcText(at) : `${utcText(after)} – ${utcText(at)}`
}

function What({ what }: { what: ConnectorEvent['what'] }) {
  switch (what.kind) {
    case 'requested':
      return <T id={`timeline.requested.${what.to === 'starting' ? 'starting' : 'stopping'}`} />
    case 'reported':
      return <T id={`timeline.reported.${what.to === 'started' ? 'started' : 'stopped'}`} />
    case 'image':
      return (
        <T
          id="timeline.image"
          values={{
            from: <ForeignWords>{what.from ?? '–'}</ForeignWords>,
            to: <ForeignWords>{what.to ?? '–'}</ForeignWords>,
          }}
        />
      )
    case 'restarts':
      return <T id="timeline.restarts" values={{ count: what.to - what.from, total: what.to }} />
    case 'loop':
      return <T id={what.on ? 'timeline.loop-on' : 'timeline.loop-off'} />
    case 'health':
      return <T id={what.on ? 'timeline.health-on' : 'timeline.health-off'} />
    case 'first-seen':
      return <T id="timeline.first-seen" />
    case 'gone':
      return <T id="timeline.gone" />
    case 'configuration':
      return <T id="timeline.configuration" />
  }
}
