import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { Connector } from '#shared/contract/connectors.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { useConnectorsActions } from './context.tsx'
import { Image, Uptime } from './Values.tsx'

/** What stops with it. The first focus, and so Enter, is on Cancel. */
export function StopDialog({ connector }: { connector: Connector }) {
  const text = useText()
  const actions = useConnectorsActions()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const close = (): void => actions.askToStop(null)

  async function stop(): Promise<void> {
    setBusy(true)
    setProblem(null)
    const failure = await actions.request(connector.id, 'stop')
    setBusy(false)
    if (failure) return setProblem(failure)
    close()
    notifications.show({
      closeButtonProps: { 'aria-label': text('common.close') },
      message: text('connector.stop-asked', { name: connector.name }),
    })
  }

  return (
    <Dialog
      name="stop-connector"
      title={text('connector.stop-title')}
      closeLabel={text('common.close')}
      onClose={close}
      dismissible={!busy}
      footer={
        <>
          <Button variant="default" onClick={close} disabled={busy} data-autofocus data-testid="cancel">
            <T id="common.cancel" />
          </Button>
          <Button color="red" loading={busy} onClick={() => void stop()} data-testid="confirm-stop">
            <T id="connector.stop" />
          </Button>
        </>
      }
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
      {problem && <ProblemNotice problem={problem} />}
    </Dialog>
  )
}
