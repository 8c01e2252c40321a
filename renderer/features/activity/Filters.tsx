import { NativeSelect, SegmentedControl } from '@mantine/core'
import { useMemo } from 'react'
import { ACTIVITY_KINDS, type ActivityKind } from '#shared/domain/ledger.ts'
import { useText } from '../../i18n/text.tsx'
import { visibleText } from '../../ui/ForeignText.tsx'
import classes from './activity.module.css'
import { useActivity, useActivityActions } from './context.tsx'
import type { Filter } from './store.ts'

const SOURCES = ['all', 'console', 'platform'] as const

/** Source, kind of action and person; the search stands in the header. */
export function Filters() {
  const text = useText()
  const { choose } = useActivityActions()
  const filter = useActivity((state) => state.filter)
  const people = useActivity((state) => state.people)
  const kinds = useMemo(
    () => ACTIVITY_KINDS.map((value) => ({ value, label: text(`activity.kind.${value}`) })).sort(byLabel),
    [text],
  )
  const names = useMemo(
    () =>
      Object.entries(people)
        .map(([value, name]) => ({ value, label: visibleText(name) }))
        .sort(byLabel),
    [people],
  )
  return (
    <fieldset className={classes.filters}>
      <legend className={classes.spoken}>{text('activity.filters')}</legend>
      <SegmentedControl
        size="xs"
        value={filter.source}
        onChange={(value) => choose({ source: value as Filter['source'] })}
        data={SOURCES.map((value) => ({ value, label: text(`activity.source.${value}`) }))}
        aria-label={text('activity.column.source')}
        data-testid="filter-source"
      />
      <NativeSelect
        size="xs"
        value={filter.kind ?? ''}
        onChange={(event) => choose({ kind: (event.currentTarget.value || null) as ActivityKind | null })}
        data={[{ value: '', label: text('activity.any-kind') }, ...kinds]}
        aria-label={text('activity.any-kind')}
        data-testid="filter-kind"
      />
      <NativeSelect
        size="xs"
        className={classes.person}
        value={filter.personId ?? ''}
        onChange={(event) => choose({ personId: event.currentTarget.value || null })}
        data={[{ value: '', label: text('activity.anybody') }, ...names]}
        aria-label={text('activity.anybody')}
        data-testid="filter-person"
      />
    </fieldset>
  )
}

const byLabel = (a: { label: string }, b: { label: string }): number => a.label.localeCompare(b.label)
