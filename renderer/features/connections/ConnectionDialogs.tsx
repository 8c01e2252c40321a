import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Connection } from '#shared/contract/connections.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { AddConnectionDialog } from './AddConnectionDialog.tsx'
import classes from './connections.module.css'
import { useConnections, useConnectionsActions } from './context.tsx'
import { isTokenTooLong, TokenFields } from './TokenFields.tsx'

/** The dialog that is open, if any. */
export function ConnectionDialogs() {
  const dialog = useConnections((state) => state.dialog)
  switch (dialog?.name) {
    case 'add-connection':
      return <AddConnectionDialog />
    case 'rename-connection':
      return <RenameDialog connection={dialog.connection} />
    case 'new-connection-token':
      return <NewTokenDialog connection={dialog.connection} />
    case 'remove-connection':
      return <RemoveDialog connection={dialog.connection} />
    default:
      return null
  }
}

function useDeed() {
  const actions = useConnectionsActions()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  return {
    busy,
    problem,
    async run(deed: Parameters<typeof actions.ask>[0]): Promise<void> {
      setBusy(true)
      setProblem(null)
      const answer = await actions.ask(deed)
      setBusy(false)
      if (answer.problem) setProblem(answer.problem)
      else actions.close()
    },
  }
}

function RenameDialog({ connection }: { connection: Connection }) {
  const text = useText()
  const { close } = useConnectionsActions()
  const deed = useDeed()
  const [name, setName] = useState(connection.name)
  const isMissing = name.trim() === ''

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (!isMissing)
      void deed.run((client) => client.connections.rename({ id: connection.id, name: name.trim() }))
  }

  return (
    <Dialog
      name="rename-connection"
      title={text('connection.rename-title')}
      closeLabel={text('common.close')}
      onClose={close}
      dismissible={!deed.busy}
    >
      <form onSubmit={submit} noValidate className={classes.form}>
        <TextInput
          label={text('connection.name')}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.currentTarget.value)}
          error={isMissing ? text('connection.name-missing') : null}
          autoComplete="off"
          data-autofocus
        />
        {deed.problem && <ProblemNotice problem={deed.problem} />}
        <Buttons busy={deed.busy} submit={text('connection.rename')} />
      </form>
    </Dialog>
  )
}

function NewTokenDialog({ connection }: { connection: Connection }) {
  const text = useText()
  const { close } = useConnectionsActions()
  const deed = useDeed()
  const [token, setToken] = useState('')
  const [remember, setRemember] = useState(connection.tokenPlace !== 'session')
  const [tried, setTried] = useState(false)

  function submit(event: FormEvent): void {
    event.preventDefault()
    setTried(true)
    if (token.trim() === '' || isTokenTooLong(token)) return
    void deed.run((client) =>
      client.connections.setToken({ id: connection.id, token: token.trim(), remember }),
    )
  }

  return (
    <Dialog
      name="new-connection-token"
      title={text('connection.new-token-title', { name: connection.name })}
      closeLabel={text('common.close')}
      onClose={close}
      dismissible={!deed.busy}
    >
      <form onSubmit={submit} noValidate className={classes.form}>
        <p className={classes.dimmed}>{connection.url}</p>
        <TokenFields
          kind={connection.kind}
          token={token}
          remember={remember}
          error={tried && token.trim() === '' ? text('connection.token-missing') : null}
          onToken={setToken}
          onRemember={setRemember}
        />
        {deed.problem && <ProblemNotice problem={deed.problem} />}
        <Buttons busy={deed.busy} submit={text('connection.new-token-submit')} />
      </form>
    </Dialog>
  )
}

function RemoveDialog({ connection }: { connection: Connection }) {
  const text = useText()
  const { close } = useConnectionsActions()
  const deed = useDeed()
  return (
    <Dialog
      name="remove-connection"
      title={text('connection.remove-title', { name: connection.name })}
      closeLabel={text('common.close')}
      onClose={close}
      dismissible={!deed.busy}
      footer={
        <>
          <Button variant="default" onClick={close} disabled={deed.busy} data-autofocus>
            <T id="common.cancel" />
          </Button>
          <BusyButton
            color="red"
            busy={deed.busy}
            onClick={() => void deed.run((client) => client.connections.remove({ id: connection.id }))}
            data-testid="confirm-remove"
          >
            <T id="connection.remove" />
          </BusyButton>
        </>
      }
    >
      <p>{text('connection.remove-warning')}</p>
      {deed.problem && <ProblemNotice problem={deed.problem} />}
    </Dialog>
  )
}

function Buttons({ busy, submit }: { busy: boolean; submit: string }) {
  const { close } = useConnectionsActions()
  return (
    <div className={classes.buttons}>
      <Button variant="default" onClick={close} disabled={busy}>
        <T id="common.cancel" />
      </Button>
      <BusyButton type="submit" busy={busy} data-testid="submit-connection">
        {submit}
      </BusyButton>
    </div>
  )
}
