import { notifications } from '@mantine/notifications'
import type { Connector } from '#shared/contract/connectors.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { DangerDialog } from '../../i18n/danger-dialog.tsx'
import { useText } from '../../i18n/text.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { useConnectorsActions } from './context.tsx'
import { Image, Uptime } from './Values.tsx'

/** What stops with it. */
export function StopDialog({ connector }: { connector: Connector }) {
  const text = useText()
  const actions = useConnectorsActions()
  const close = (): void => actions.askToStop(null)

  async function stop(): Promise<Problem | null> {
    const failure = await actions.request(connector.id, 'stop')
    if (failure) return failure
    close()
    notifications.show({
      closeButtonProps: { 'aria-label': text('common.close') },
      message: text('connector.stop-asked', { name: connector.name }),
    })
    return null
  }

  return (
    <DangerDialog
      name="stop-connector"
      title={text('connector.stop-title')}
      confirm={text('connector.stop')}
      confirmTestId="confirm-stop"
      onClose={close}
      onConfirm={stop}
    >
      <p>{text('connector.stop-warning')}</p>
      <Facts
        facts={[
          {
            key: 'name',
            name: text('connector.column.name'),
            value: <ForeignText>{connector.name}</ForeignText>,
          },
          {
            key: 'image',
            name: text('connector.column.image'),
            value: <Image image={connector.image} />,
          },
          { key: 'uptime', name: text('connector.column.uptime'), value: <Uptime connector={connector} /> },
        ]}
      />
    </DangerDialog>
  )
}
