import { Button, Checkbox, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { HoldingsOfOwner, Preview } from '#shared/contract/incidents.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { REASON_MAX } from '#shared/domain/token.ts'
import type { MessageId } from '../../i18n/catalogue.ts'
import { DangerDialog } from '../../i18n/danger-dialog.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { useIncidentsActions, useIncidentsEnvironment } from './context.tsx'
import classes from './incidents.module.css'

interface Chosen {
  sessions: boolean
  lock: boolean
  tokens: boolean
}

/** Third step: three checkboxes and one button. What cannot be done says why. */
export function Contain({ holdings, preview }: { holdings: HoldingsOfOwner; preview: Preview }) {
  const text = useText()
  const { user, tokens, sessions } = holdings
  const canLock = preview.lockStatus !== null && !user.isMe
  const [chosen, setChosen] = useState<Chosen>({
    sessions: sessions !== null,
    lock: false,
    tokens: tokens.length > 0,
  })
  const [reason, setReason] = useState('')
  const [asking, setAsking] = useState(false)
  const isTooLong = reason.trim().length > REASON_MAX
  const nothing = !chosen.sessions && !chosen.lock && !chosen.tokens
  const choose = (change: Partial<Chosen>) => setChosen({ ...chosen, ...change })

  if (!preview.mayAct)
    return (
      <Section title={text('device.contain')}>
        <Notice tone="warning" title={text('tokens.look-only')} testId="look-only">
          {text('tokens.look-only-others')}
        </Notice>
      </Section>
    )
  return (
    <Section title={text('device.contain')}>
      <div className={classes.choices}>
        <Checkbox
          checked={chosen.sessions}
          disabled={sessions === null}
          onChange={(event) => choose({ sessions: event.currentTarget.checked })}
          label={
            sessions ? text('device.end-sessions', { count: sessions }) : text('device.end-sessions-all')
          }
          description={text(sessions === null ? 'device.end-sessions-not' : 'device.end-sessions-hint')}
          data-testid="choose-sessions"
        />
        <Checkbox
          checked={chosen.lock}
          disabled={!canLock}
          onChange={(event) => choose({ lock: event.currentTarget.checked })}
          label={text('device.lock')}
          description={text(user.isMe ? 'device.lock-own' : canLock ? 'device.lock-hint' : 'device.lock-not')}
          data-testid="choose-lock"
        />
        <Checkbox
          checked={chosen.tokens}
          onChange={(event) => choose({ tokens: event.currentTarget.checked })}
          label={text('device.revoke', { count: tokens.length })}
          description={text('device.revoke-hint')}
          data-testid="choose-tokens"
        />
        <Textarea
          label={text('revoke.reason')}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={isTooLong ? text('revoke.reason-too-long', { max: REASON_MAX }) : null}
          classNames={{ input: classes.reason }}
          data-testid="reason"
        />
        <div>
          <Button
            color="red"
            disabled={nothing || isTooLong}
            onClick={() => setAsking(true)}
            data-testid="contain"
          >
            <T id="device.contain-now" />
          </Button>
        </div>
      </div>
      {asking && (
        <ContainDialog
          holdings={holdings}
          chosen={chosen}
          reason={reason.trim()}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  )
}

/** The seed's question. */
function ContainDialog({
  holdings,
  chosen,
  reason,
  onClose,
}: {
  holdings: HoldingsOfOwner
  chosen: Chosen
  reason: string
  onClose: () => void
}) {
  const text = useText()
  const { connection, onShowIncident } = useIncidentsEnvironment()
  const actions = useIncidentsActions()
  const { user, tokens, connectors } = holdings
  const sessions = holdings.sessions ?? 0

  async function contain(): Promise<Problem | null> {
    const asked = await actions.contain({ connectionId: connection.id, userId: user.id, ...chosen, reason })
    if (asked.value) onShowIncident(asked.value.id)
    return asked.problem
  }

  return (
    <DangerDialog
      name="contain"
      title={text('device.sure', { owner: user.name })}
      confirm={text('device.contain-now')}
      confirmTestId="confirm-contain"
      onClose={onClose}
      onConfirm={contain}
    >
      <p>{text(warningOf(chosen.tokens ? tokens.length : 0))}</p>
      <ul className={classes.consequences}>
        {chosen.sessions && (
          <li>{sessions > 0 ? text('device.will-end', { count: sessions }) : text('device.will-end-any')}</li>
        )}
        {chosen.lock && <li>{text('device.will-lock')}</li>}
        {chosen.tokens && <li>{text('device.will-revoke', { count: tokens.length })}</li>}
        {connectors !== null && connectors.length > 0 && (
          <li>{text('device.will-stop', { count: connectors.length })}</li>
        )}
        {chosen.tokens && tokens.some(({ own }) => own) && <li>{text('incident.own-hint')}</li>}
      </ul>
    </DangerDialog>
  )
}

function warningOf(tokenCount: number): MessageId {
  if (tokenCount === 0) return 'device.sure-no-tokens'
  return tokenCount === 1 ? 'revoke.warning' : 'revoke.warning-many'
}
