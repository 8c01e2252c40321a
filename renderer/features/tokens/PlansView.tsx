import { useMemo } from 'react'
import type { RevokeTimer } from '#shared/contract/upkeep.ts'
import { T, useText } from '../../i18n/text.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { foldText } from '../../ui/row-index/fold.ts'
import { Section } from '../../ui/Section.tsx'
import { useTokensEnvironment } from './context.tsx'
import { PlannedList } from './Planned.tsx'
import { countOf, type PlannedEntries, useHour, usePlannedOf } from './plans.ts'

/**
 * Everything that is planned for tokens of the connection, whoever's (T-16, T-17): what wants a person first.
 * @param planId the one that somebody came for
 */
export function PlansView({ search, planId }: { search: string; planId: string | null }) {
  const text = useText()
  const { identity } = useTokensEnvironment()
  const all = usePlannedOf(useHour())
  const shown = useMemo(() => matching(all, search), [all, search])
  const count = countOf(all)
  const shownCount = countOf(shown)
  if (count === 0)
    return (
      <EmptyState title={text('plans.empty')} testId="plans-empty">
        {text('plans.empty-hint')}
      </EmptyState>
    )
  return (
    <Section
      title={text('plans.list')}
      count={
        count === shownCount
          ? text('common.count', { count })
          : text('common.count-of', { shown: shownCount, all: count })
      }
    >
      {shownCount === 0 ? (
        <EmptyState
          title={<T id="common.no-match" values={{ search: search.trim().slice(0, 80) }} />}
          testId="no-match"
        >
          {text('common.no-match-hint')}
        </EmptyState>
      ) : (
        <PlannedList
          planned={shown}
          skewMs={identity?.clockSkewMs ?? 0}
          label={text('plans.list')}
          withOwner
          planId={planId}
        />
      )}
    </Section>
  )
}

function matching(all: PlannedEntries, search: string): PlannedEntries {
  const words = foldText(search.replaceAll('…', ' ')).split(/\s+/)
  const isMatch = ({ token, owner }: Pick<RevokeTimer, 'token' | 'owner'>): boolean => {
    const texts = foldText([token.name, token.maskedToken, owner.name, owner.email].join('\n'))
    return words.every((word) => texts.includes(word))
  }
  return {
    timers: all.timers.filter(isMatch),
    rotations: all.rotations.filter(isMatch),
    reminders: all.reminders.filter(isMatch),
  }
}
