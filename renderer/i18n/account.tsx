import { StateMark } from '../ui/StateMark.tsx'
import { useText } from './text.tsx'

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

export function AccountState({ user }: { user: { readonly accountStatus: string } }) {
  const statusText = useAccountStatusText()
  return (
    <StateMark tone={user.accountStatus === 'Active' ? 'good' : 'warning'}>
      {statusText(user.accountStatus)}
    </StateMark>
  )
}
