import type { UserAccess } from '#shared/contract/tokens.ts'
import { type AccountObstacle, accountObstacles } from '#shared/domain/account.ts'
import { useAccountStatusText } from '../../i18n/account.tsx'
import { useText } from '../../i18n/text.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Notice } from '../../ui/Notice.tsx'

type Account = UserAccess['user']

/** Why a token of this account would be refused; drawn again only when that changes. */
export function useObstacles(user: Account, skewMs: number): readonly AccountObstacle[] {
  const key = useNow((now) => accountObstacles(user, now + skewMs).join(' '))
  return key === '' ? [] : (key.split(' ') as AccountObstacle[])
}

export function AccountNotices({ user, skewMs }: { user: Account; skewMs: number }) {
  const text = useText()
  const statusText = useAccountStatusText()
  const obstacles = useObstacles(user, skewMs)
  return obstacles.map((obstacle) => (
    <Notice
      key={obstacle}
      tone="warning"
      testId={`obstacle-${obstacle}`}
      title={text(`account.obstacle.${obstacle}`, { status: statusText(user.accountStatus) })}
    >
      {text(`account.obstacle.${obstacle}.hint`)}
    </Notice>
  ))
}
