import { Button } from '@mantine/core'
import { useId } from 'react'
import { PROBLEM_CODES } from '#shared/domain/problem.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime, utcText } from '../../i18n/time.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText, visibleText } from '../../ui/ForeignText.tsx'
import classes from './activity.module.css'
import { useActivity, useActivityActions } from './context.tsx'
import { OutcomeMark, What, Who } from './EntryWords.tsx'
import type { Entry } from './merge.ts'

/** Everything that is known of one entry, with the records themselves. */
export function EntryDialog({ entry }: { entry: Entry }) {
  const text = useText()
  const { close } = useActivityActions()
  const records = useId()
  const skewMs = useActivity(({ platform }) => (entry.source === 'platform' ? platform.skewMs : 0))
  return (
    <Dialog
      name="entry"
      title={text(`activity.entry.${entry.source}`)}
      closeLabel={text('common.close')}
      onClose={close}
      size={640}
      footer={
        <Button variant="default" onClick={close} data-autofocus data-testid="close-entry">
          <T id="common.close" />
        </Button>
      }
    >
      <Facts
        facts={[
          {
            key: 'what',
            name: text('activity.column.what'),
            value: (
              <span className={classes.whole}>
                <What entry={entry} />
              </span>
            ),
          },
          {
            key: 'outcome',
            name: text('activity.column.outcome'),
            value: <OutcomeMark entry={entry} />,
          },
          ...whyOf(entry, text),
          {
            key: 'when',
            name: text('activity.column.when'),
            value:
              entry.at === null ? (
                '–'
              ) : (
                <>
                  {utcText(entry.at)} (<RelativeTime at={entry.at} skewMs={skewMs} />)
                </>
              ),
          },
          { key: 'who', name: text('activity.column.who'), value: <Who person={entry.actor} /> },
          { key: 'whom', name: text('activity.column.whom'), value: <Who person={entry.subject} /> },
          ...(entry.source === 'console' ? consoleFacts(entry, text) : platformFacts(entry, text)),
        ]}
      />
      {entry.source === 'console' && (
        <div>
          <div className={classes.label} id={records}>
            {text('activity.records', { count: entry.records.length })}
          </div>
          <section
            className={classes.records}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard reader scrolls and selects here
            tabIndex={0}
            aria-labelledby={records}
            translate="no"
            data-testid="records"
          >
            {entry.records.map(readable).join('\n')}
          </section>
        </div>
      )}
    </Dialog>
  )
}

type Text = ReturnType<typeof useText>

/** Why it failed, or why nobody knows. */
function whyOf(entry: Entry, text: Text) {
  if (entry.source === 'platform') return []
  const { problem, interrupted } = entry
  const known = PROBLEM_CODES.find((code) => code === problem)
  const why = interrupted ? text('activity.interrupted') : known ? text(`problem.${known}.what`) : problem
  return why === null ? [] : [{ key: 'why', name: text('activity.why'), value: why }]
}

function consoleFacts(entry: Extract<Entry, { source: 'console' }>, text: Text) {
  return [
    ...(entry.url === null
      ? []
      : [{ key: 'url', name: text('activity.platform'), value: <ForeignText>{entry.url}</ForeignText> }]),
    { key: 'place', name: text('activity.place'), value: text('common.count', { count: entry.place }) },
  ]
}

function platformFacts(entry: Extract<Entry, { source: 'platform' }>, text: Text) {
  const from = [entry.ip, entry.userAgent].filter((part) => part !== null).join(' · ')
  return [
    ...(from === ''
      ? []
      : [
          {
            key: 'from',
            name: text('activity.from'),
            value: (
              <span className={classes.whole}>
                <ForeignText>{from}</ForeignText>
              </span>
            ),
          },
        ]),
    { key: 'id', name: text('activity.id'), value: <ForeignText>{entry.id}</ForeignText> },
  ]
}

/** A record with a line for each fact, or as it is where it is no JSON. */
function readable(record: string): string {
  try {
    return visibleText(JSON.stringify(JSON.parse(record), null, 2))
  } catch {
    return visibleText(record)
  }
}
