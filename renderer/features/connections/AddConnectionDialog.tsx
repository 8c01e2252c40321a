import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import type { ConnectionKind, Probe } from '#shared/contract/connections.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { ADDRESS_MAX, PROXY_MAX } from '#shared/domain/connection-limits.ts'
import { platformUrl } from '#shared/domain/platform-url.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Notice } from '../../ui/Notice.tsx'
import classes from './connections.module.css'
import { useConnectionsActions, useConnectionsEnvironment } from './context.tsx'
import { KindField } from './KindField.tsx'
import { type Reach, ReachFields } from './ReachFields.tsx'
import { isTokenTooLong, TokenFields } from './TokenFields.tsx'

const PLAIN_REACH: Reach = { caPem: null, caName: null, proxy: '' }

/** S-05: the address is asked what it is before a token is typed, so that no token is sent to a wrong place. */
export function AddConnectionDialog() {
  const text = useText()
  const actions = useConnectionsActions()
  const { onActivate } = useConnectionsEnvironment()
  const [address, setAddress] = useState('')
  const [reach, setReach] = useState(PLAIN_REACH)
  const [probe, setProbe] = useState<Probe | null>(null)
  const [kind, setKind] = useState<ConnectionKind>('opencti')
  const [name, setName] = useState('')
  const [token, setToken] = useState('')
  const [remember, setRemember] = useState(true)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  /** Counts the changes of address and way: an answer counts only while nothing was changed since it was asked for. */
  const changes = useRef(0)
  const way = { caPem: reach.caPem, proxy: reach.proxy.trim() === '' ? null : reach.proxy.trim() }

  const url = platformUrl(address)
  // The address that is sent may be longer than what was typed: other letters are escaped.
  const isAddressTooLong = Math.max(address.trim().length, url?.length ?? 0) > ADDRESS_MAX

  /** Another address or another way to it: what was learnt no longer counts. */
  function changeWay(change: () => void): void {
    // The token is on its way to the address that stands there.
    if (busy && probe) return
    changes.current += 1
    change()
    setBusy(false)
    setProbe(null)
    setProblem(null)
    setTried(false)
  }

  async function ask(): Promise<void> {
    if (isAddressTooLong || reach.proxy.trim().length > PROXY_MAX) return
    if (url === null) return setProblem({ code: 'bad-address', detail: null })
    setBusy(true)
    setProblem(null)
    const asked = changes.current
    const answer = await actions.ask((client) => client.connections.probe({ url, ...way }))
    // SECURITY: what another address answered must not vouch for this one, which the token would be sent to.
    if (asked !== changes.current) return
    setBusy(false)
    setTried(false)
    if (answer.problem) return setProblem(answer.problem)
    setProbe(answer.value)
    setKind(answer.value.kinds[0] ?? 'opencti')
    if (name.trim() === '') setName(answer.value.platformTitle.slice(0, 80))
  }

  async function add(known: Probe): Promise<void> {
    setTried(true)
    if (isTokenTooLong(token) || token.trim() === '' || name.trim() === '') return
    setBusy(true)
    setProblem(null)
    const answer = await actions.ask((client) =>
      client.connections.add({
        kind,
        name: name.trim(),
        url: known.url,
        token: token.trim(),
        remember,
        ...way,
      }),
    )
    setBusy(false)
    if (answer.problem) return setProblem(answer.problem)
    actions.close()
    onActivate(answer.value.id)
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (!busy) void (probe ? add(probe) : ask())
  }

  return (
    <Dialog
      name="add-connection"
      title={text('connection.add-title')}
      closeLabel={text('common.close')}
      onClose={actions.close}
      dismissible={!busy}
      size={560}
    >
      <form onSubmit={submit} noValidate className={classes.form}>
        <TextInput
          label={text('connection.address')}
          description={text('connection.address-hint')}
          placeholder="https://opencti.example"
          value={address}
          onChange={(event) => {
            const typed = event.currentTarget.value
            changeWay(() => setAddress(typed))
          }}
          error={isAddressTooLong ? text('revoke.reason-too-long', { max: ADDRESS_MAX }) : null}
          autoComplete="off"
          spellCheck={false}
          inputMode="url"
          data-autofocus
          data-testid="address"
        />
        <ReachFields reach={reach} onChange={(changed) => changeWay(() => setReach(changed))} />
        {probe && (
          <>
            <Notice
              tone="good"
              role="status"
              testId="probed"
              title={text('connection.found', {
                title: probe.platformTitle,
                ms: Math.round(probe.latencyMs),
              })}
            />
            <KindField kinds={probe.kinds} kind={kind} onChange={setKind} />
            <TextInput
              label={text('connection.name')}
              value={name}
              maxLength={80}
              onChange={(event) => setName(event.currentTarget.value)}
              error={tried && name.trim() === '' ? text('connection.name-missing') : null}
              autoComplete="off"
            />
            <TokenFields
              kind={kind}
              token={token}
              remember={remember}
              error={tried && token.trim() === '' ? text('connection.token-missing') : null}
              onToken={setToken}
              onRemember={setRemember}
            />
          </>
        )}
        {problem && <ProblemNotice problem={problem} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={actions.close} disabled={busy}>
            <T id="common.cancel" />
          </Button>
          <BusyButton type="submit" busy={busy} data-testid="submit-connection">
            <T id={probe ? 'connection.add-submit' : 'connection.probe'} />
          </BusyButton>
        </div>
      </form>
    </Dialog>
  )
}
