import { Button } from '@mantine/core'
import { useIntl } from 'react-intl'
import { T, useText } from '../../i18n/text.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import classes from './connectors.module.css'
import { useConnectorsEnvironment } from './context.tsx'
import type { ConnectorsStatus } from './store.ts'

/** The composer as OpenAEV tells of it: reachable or not, and no more (opencti-api.md §6.1). */
export function OpenAevComposer({ status }: { status: ConnectorsStatus }) {
  const text = useText()
  const { onComposer } = useConnectorsEnvironment()
  const { composerReachable, composerHere } = status
  if (composerReachable === null) return null
  return (
    <Section
      title={text('manager.title')}
      aside={
        <Button variant="default" size="compact-sm" onClick={onComposer} data-testid="to-composer">
          <T id="manager.to-settings" />
        </Button>
      }
    >
      <div data-testid="openaev-composer">
        <StateMark tone={composerReachable ? 'good' : 'neutral'}>
          <T id={composerReachable ? 'openaev.composer-reachable' : 'openaev.composer-unreachable'} />
        </StateMark>
        {composerHere && <p className={classes.plain}>{text('openaev.composer-here')}</p>}
        <p className={classes.dimmed}>{text('openaev.composer-not-told')}</p>
        <p className={classes.dimmed} data-testid="ahead-not-told">
          {text('openaev.ahead-not-told')}
        </p>
      </div>
    </Section>
  )
}

/** What has to be said before the list: kinds that are hidden, and a composer that nobody hears of. */
export function OpenAevNotices({ status, hasManaged }: { status: ConnectorsStatus; hasManaged: boolean }) {
  const text = useText()
  const intl = useIntl()
  const { unseen, composerReachable } = status
  const kinds = intl.formatList(unseen.map((kind) => text(`openaev.kinds.${kind}`)))
  return (
    <>
      {unseen.length > 0 && (
        <Notice tone="warning" testId="unseen" title={text('openaev.unseen', { kinds })}>
          {text('openaev.unseen-hint')}
        </Notice>
      )}
      {composerReachable === false && hasManaged && (
        <Notice tone="danger" testId="composer-unreachable" title={text('openaev.composer-silent')}>
          {text('openaev.composer-silent-hint')}
        </Notice>
      )}
    </>
  )
}
