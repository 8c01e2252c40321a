import type { InventoryStatus } from '#shared/contract/inventory.ts'
import { T } from '../../i18n/text.tsx'
import { StateMark } from '../../ui/StateMark.tsx'

/** How far the reading of all tokens has come; nothing while nothing is read. */
export function ReadingMark({ inventory }: { inventory: InventoryStatus | null }) {
  if (inventory?.phase !== 'loading') return null
  const { usersRead, usersTotal } = inventory
  return (
    <span data-testid="work">
      <StateMark tone="busy">
        {usersTotal === null ? (
          <T id="work.tokens" />
        ) : (
          <T id="work.tokens-of" values={{ read: usersRead, total: usersTotal }} />
        )}
      </StateMark>
    </span>
  )
}
