import { notifications } from '@mantine/notifications'
import { useEffect, useMemo } from 'react'
import type { FirstUse, Token } from '#shared/contract/tokens.ts'
import { T, useText } from '../../i18n/text.tsx'
import { visibleText } from '../../ui/ForeignText.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useNarrow } from '../../ui/use-narrow.ts'
import { useTokens, useTokensEnvironment } from './context.tsx'
import type { TokensStore } from './store.ts'
import classes from './tokens.module.css'

/** Of a name, as much as a sentence bears. */
const NAME_LENGTH = 80

/**
 * Tokens with what is known of their first use from elsewhere than the list: a use that was seen since the list was read, and
 * the ids of those whose first use is waited for (T-08).
 */
export function useFirstUses(tokens: readonly Token[]): {
  tokens: readonly Token[]
  waiting: ReadonlySet<string>
} {
  const { connection } = useTokensEnvironment()
  const all = useTokens((state) => state.firstUses)
  return useMemo(() => {
    const ours = new Map(
      all.filter(({ connectionId }) => connectionId === connection.id).map((one) => [one.tokenId, one]),
    )
    const known = tokens.map((token) => {
      const usedAt = token.lastUsedAt ?? ours.get(token.id)?.usedAt ?? null
      return usedAt === token.lastUsedAt ? token : { ...token, lastUsedAt: usedAt }
    })
    const waiting = known.filter(({ id, lastUsedAt }) => lastUsedAt === null && ours.has(id))
    return { tokens: known, waiting: new Set(waiting.map(({ id }) => id)) }
  }, [tokens, all, connection.id])
}

/** Stands where the last use will stand. */
export function NotUsedYet() {
  const text = useText()
  const isNarrow = useNarrow()
  return (
    <span title={text('first-use.waiting-hint')} data-testid="not-used-yet">
      <StateMark tone="busy">
        <T id={isNarrow ? 'first-use.waiting-short' : 'first-use.waiting'} />
      </StateMark>
    </span>
  )
}

/** That the first use is watched for, and that it happened. */
export function Receipt({ tokenId }: { tokenId: string }) {
  const { connection } = useTokensEnvironment()
  const first = useTokens(({ firstUses }) =>
    firstUses.find((one) => one.tokenId === tokenId && one.connectionId === connection.id),
  )
  const seenText = useSeenText()
  if (!first) return null
  return (
    <p role="status" className={classes.dimmed} data-testid="receipt">
      {first.usedAt === null ? (
        <T id="handoff.receipt" />
      ) : (
        <StateMark tone="good">{seenText(first)}</StateMark>
      )}
    </p>
  )
}

/** Tells of each first use when it is seen, whatever view is open. */
export function FirstUseNotices({ store }: { store: TokensStore }) {
  const text = useText()
  const seenText = useSeenText()
  useEffect(
    () =>
      store.subscribe(({ firstUses }, before) => {
        if (firstUses === before.firstUses) return
        const waited = new Set(
          before.firstUses.filter(({ usedAt }) => usedAt === null).map(({ tokenId }) => tokenId),
        )
        for (const first of firstUses) {
          if (first.usedAt === null || !waited.has(first.tokenId)) continue
          notifications.show({
            closeButtonProps: { 'aria-label': text('common.close') },
            message: seenText(first),
          })
        }
      }),
    [store, text, seenText],
  )
  return null
}

function useSeenText(): (first: FirstUse) => string {
  const text = useText()
  return useMemo(
    () =>
      ({ name, lastFour }) =>
        text('first-use.seen', {
          ending: lastFour,
          name: visibleText(name.trim() === '' ? text('token.no-name') : name.slice(0, NAME_LENGTH)),
        }),
    [text],
  )
}
