import { useMemo } from 'react'
import { useText } from '../../i18n/text.tsx'
import { RelativeTime, utcText } from '../../i18n/time.tsx'
import type { GridColumn } from '../../ui/DataGrid.tsx'
import { useNarrow } from '../../ui/use-narrow.ts'
import classes from './activity.module.css'
import { OutcomeMark, What, Who } from './EntryWords.tsx'
import type { Placed } from './merge.ts'

export function useActivityColumns(onOpen: (item: Placed) => void): GridColumn<Placed>[] {
  const text = useText()
  const isNarrow = useNarrow()
  return useMemo(() => {
    // Nearly always the holder of the connection's token: where there is little room it stands in the dialog alone.
    const who: GridColumn<Placed> = {
      id: 'who',
      header: text('activity.column.who'),
      width: 'minmax(96px, 1fr)',
      dimmed: true,
      cell: ({ entry }) => <Who person={entry.actor} />,
    }
    return [
      {
        id: 'when',
        header: text('activity.column.when'),
        width: isNarrow ? '92px' : '116px',
        dimmed: true,
        cell: ({ entry, at }) => (entry.at === null ? '–' : <RelativeTime at={at} />),
      },
      {
        id: 'source',
        header: text('activity.column.source'),
        width: isNarrow ? '108px' : '92px',
        cell: ({ entry }) => (
          <span className={classes.source} data-source={entry.source}>
            {text(`activity.source.${entry.source}`)}
          </span>
        ),
      },
      {
        id: 'what',
        header: text('activity.column.what'),
        width: 'minmax(200px, 2.6fr)',
        rowHeader: true,
        widget: true,
        cell: (item, tabIndex) => (
          <button
            type="button"
            data-widget
            title={item.entry.at === null ? undefined : utcText(item.at)}
            data-testid="entry"
            className={classes.open}
            tabIndex={tabIndex}
            onClick={(event) => {
              event.stopPropagation()
              onOpen(item)
            }}
          >
            <What entry={item.entry} />
          </button>
        ),
      },
      {
        id: 'whom',
        header: text('activity.column.whom'),
        width: 'minmax(96px, 1fr)',
        cell: ({ entry }) => <Who person={entry.subject} />,
      },
      ...(isNarrow ? [] : [who]),
      {
        id: 'outcome',
        header: text('activity.column.outcome'),
        width: '116px',
        cell: ({ entry }) => <OutcomeMark entry={entry} />,
      },
    ]
  }, [text, onOpen, isNarrow])
}
