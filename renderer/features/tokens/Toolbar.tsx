import { Button } from '@mantine/core'
import { T } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { Icon } from '../../ui/icons.tsx'

/** When what is shown was read, and the way to read it again. */
export function ReadAge({
  readAt,
  loading,
  onRefresh,
}: {
  readAt: number
  loading: boolean
  onRefresh: () => void
}) {
  return (
    <>
      <span>
        <T id="tokens.read" values={{ age: <Age at={readAt} /> }} />
      </span>
      <Button
        variant="default"
        size="compact-sm"
        loading={loading}
        leftSection={<Icon name="refresh" />}
        onClick={onRefresh}
        data-testid="refresh"
      >
        <T id="common.refresh" />
      </Button>
    </>
  )
}
