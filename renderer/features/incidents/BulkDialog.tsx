import { Textarea } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import type { HoldingsOfOwner, Preview } from '#shared/contract/incidents.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { REASON_MAX } from '#shared/domain/token.ts'
import { DangerDialog } from '../../i18n/danger-dialog.tsx'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useIncidents, useIncidentsActions, useIncidentsEnvironment } from './context.tsx'
import { ConnectorsWords } from './Holdings.tsx'
import classes from './incidents.module.css'
import type { Target } from './store.ts'

/** Owners named one by one; more are counted. */
const MOST_NAMED = 50

/** T-10: what is chosen, by owner, with what dies with it; then the seed's question. */
export default function BulkDialog() {
  const bulk = useIncidents((state) => state.bulk)
  return bulk && <OpenBulk key={JSON.stringify(bulk)} {...bulk} />
}

function OpenBulk({ connectionId, targets }: { connectionId: string; targets: readonly Target[] }) {
  const text = useText()
  const actions = useIncidentsActions()
  const { onShowIncident } = useIncidentsEnvironment()
  const [preview, setPreview] = useState<Preview | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [reason, setReason] = useState('')
  const isTooLong = reason.trim().length > REASON_MAX
  const count = preview?.owners.reduce((sum, { tokens }) => sum + tokens.length, 0) ?? 0

  useEffect(() => {
    let isCurrent = true
    void actions.preview(connectionId, targets).then((asked) => {
      if (!isCurrent) return
      setPreview(asked.value)
      setProblem(asked.problem)
    })
    return () => {
      isCurrent = false
    }
  }, [actions, connectionId, targets])

  async function revoke(): Promise<Problem | null> {
    if (!preview) return null
    const asked = await actions.revoke(connectionId, listedTargets(preview), reason.trim())
    if (!asked.value) return asked.problem
    actions.closeBulk()
    onShowIncident(asked.value.id)
    return null
  }

  const asked = preview ? count : countOf(targets)

  return (
    <DangerDialog
      name="bulk"
      size={640}
      title={text('bulk.question', { count: asked })}
      confirm={text('bulk.submit', { count })}
      confirmTestId="confirm-bulk"
      icon={<Icon name="trash" />}
      disabled={!preview?.mayAct || count === 0 || isTooLong}
      onClose={actions.closeBulk}
      onConfirm={revoke}
    >
      <p>{text(asked > 1 ? 'revoke.warning-many' : 'revoke.warning')}</p>
      {preview ? (
        <BulkPreview preview={preview} />
      ) : (
        !problem && (
          <p role="status" aria-busy="true" className={classes.dimmed} data-testid="loading">
            {text('device.reading')}
          </p>
        )
      )}
      <Textarea
        label={text('revoke.reason')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={isTooLong ? text('revoke.reason-too-long', { max: REASON_MAX }) : null}
        classNames={{ input: classes.reason }}
        data-testid="reason"
      />
      {problem && <ProblemNotice problem={problem} />}
    </DangerDialog>
  )
}

function BulkPreview({ preview }: { preview: Preview }) {
  const text = useText()
  const { owners, unknowns, missingUsers } = preview
  const facts = useMemo(() => {
    const tokens = owners.flatMap(({ tokens: held }) => held)
    const missing = owners.reduce((sum, owner) => sum + owner.missing.length, 0)
    return { own: tokens.some(({ own }) => own), missing: missing + missingUsers.length }
  }, [owners, missingUsers])
  return (
    <>
      {!preview.mayAct && (
        <Notice tone="warning" title={text('tokens.look-only')} testId="look-only">
          {text('tokens.look-only-others')}
        </Notice>
      )}
      {facts.own && (
        <Notice tone="warning" title={text('incident.own-chosen')} testId="own-chosen">
          {text('incident.own-hint')}
        </Notice>
      )}
      <section
        className={classes.owners}
        aria-label={text('bulk.by-owner')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard must reach it
        tabIndex={0}
        data-testid="by-owner"
      >
        <ul className={classes.ownerList}>
          {owners.slice(0, MOST_NAMED).map((holdings) => (
            <OwnerLine key={holdings.user.id} holdings={holdings} />
          ))}
        </ul>
      </section>
      {owners.length > MOST_NAMED && (
        <p className={classes.dimmed}>{text('bulk.more-owners', { count: owners.length - MOST_NAMED })}</p>
      )}
      {facts.missing > 0 && (
        <p className={classes.dimmed}>{text('bulk.missing', { count: facts.missing })}</p>
      )}
      {unknowns.map(({ what }) => (
        <p key={what} className={classes.dimmed} data-testid={`unknown-${what}`}>
          {text(`bulk.unknown.${what}`)}
        </p>
      ))}
    </>
  )
}

function OwnerLine({ holdings }: { holdings: HoldingsOfOwner }) {
  const text = useText()
  const { user, tokens, sessions, connectors } = holdings
  return (
    <li className={classes.ownerLine}>
      <ForeignText>{user.name}</ForeignText>
      <span>{text('device.token-count', { count: tokens.length })}</span>
      <span className={classes.dimmed}>
        {sessions !== null && sessions > 0 && text('bulk.sessions-stay', { count: sessions })}
        {connectors !== null && connectors.length > 0 && (
          <T
            id="bulk.connectors-stop"
            values={{ count: connectors.length, names: <ConnectorsWords holdings={holdings} /> }}
          />
        )}
      </span>
    </li>
  )
}

const countOf = (targets: readonly Target[]): number =>
  targets.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0)

/** What was chosen and is still there. */
function listedTargets({ owners }: Preview): Target[] {
  return owners
    .filter(({ tokens }) => tokens.length > 0)
    .map(({ user, tokens }) => ({ userId: user.id, tokenIds: tokens.map(({ id }) => id) }))
}
