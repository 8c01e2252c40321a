import type { UserAccess } from '#shared/contract/tokens.ts'
import { type AccountObstacle, accountObstacles } from '#shared/domain/account.ts'
import { useText } from '../../i18n/text.tsx'
import { useNow } from '../../ui/clock.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StateMark } from '../../ui/StateMark.tsx'

type Account = UserAccess['user']

/** The account's status in the platform's own word, or ours where it is a known one. */
export function useAccountStatusText(): (status: string) => string {
  const text = useText()
  return (status) => {
    switch (status) {
      case 'Active':
        return text('account.active')
      case 'Inactive':
        return text('account.inactive')
      case 'Locked':
        return text('account.locked')
      case 'Expired':
        return text('account.expired')
      default:
        return status
    }
  }
}

export function AccountState({ user }: { user: Pick<Account, 'accountStatus'> }) {
  const statusText = useAccountStatusText()
  return (
    <StateMark tone={user.accountStatus === 'Active' ? 'good' : 'warning'}>
      {statusText(user.accountStatus)}
    </StateMark>
  )
}

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
