import { BusyButton } from '../ui/BusyButton.tsx'
import { Icon } from '../ui/icons.tsx'
import { T } from './text.tsx'
import { Age } from './time.tsx'

/**
 * When what is shown was read, and the way to read it again.
 * @param readAt ms since the epoch; null while nothing was read
 */
export function ReadAge({
  readAt,
  loading,
  onRefresh,
}: {
  readAt: number | null
  loading: boolean
  onRefresh: () => void
}) {
  return (
    <>
      {readAt !== null && (
        <span>
          <T id="common.read" values={{ age: <Age at={readAt} /> }} />
        </span>
      )}
      <BusyButton
        variant="default"
        size="compact-sm"
        busy={loading}
        leftSection={<Icon name="refresh" />}
        onClick={onRefresh}
        data-testid="refresh"
      >
        <T id="common.refresh" />
      </BusyButton>
    </>
  )
}
