import { Button, SegmentedControl } from '@mantine/core'
import { useId, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { REASON_MAX } from '#shared/domain/token.ts'
import type { RemindDays } from '#shared/domain/upkeep.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { TokenEnding, TokenName } from '../../i18n/token.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { useNow, useTicker } from '../../ui/clock.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { useTokens, useTokensActions, useTokensEnvironment } from './context.tsx'
import { LATER_CHOICES, type Later, msUntil } from './later.ts'
import { RemindFields, RevokeLaterFields } from './PlanFields.tsx'
import type { TokenDialog } from './store.ts'
import classes from './tokens.module.css'

const PLANS = ['rotate', 'revoke', 'remind'] as const
type Plan = (typeof PLANS)[number]

/** What shall happen to a token later: replaced (T-16), revoked at a time, reminded of (T-17). */
export function PlanDialog({ dialog }: { dialog: Extract<TokenDialog, { name: 'plan' }> }) {
  const { owner, ref, token } = dialog
  const text = useText()
  const actions = useTokensActions()
  const { connection, upkeep } = useTokensEnvironment()
  const { clock } = useTicker()
  const skewMs = useTokens((state) => state.access[ref]?.data?.clockSkewMs ?? 0)
  const [plan, setPlan] = useState<Plan>('rotate')
  const [later, setLater] = useState<Later>({ span: LATER_CHOICES[3], typed: '' })
  const [reason, setReason] = useState('')
  const [days, setDays] = useState<RemindDays>(7)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const label = useId()
  const isTime = useNow((now) => msUntil(later, now) !== null)
  const isReady = {
    rotate: true,
    revoke: isTime && reason.trim().length <= REASON_MAX,
    remind: token.expiresAt !== null,
  }[plan]

  /** Null: done. */
  async function carryOut(): Promise<Problem | null> {
    const of = { connectionId: connection.id, userId: owner.id, token }
    const ms = msUntil(later, clock.now())
    if (plan === 'remind') return upkeep.actions.remind(of, days)
    return ms === null
      ? { code: 'bad-input', detail: null }
      : upkeep.actions.revokeIn(of, Math.round(ms), reason.trim())
  }

  async function confirm(): Promise<void> {
    if (plan === 'rotate') return actions.open({ name: 'generate', owner, ref, replaces: token })
    setBusy(true)
    setProblem(null)
    const failure = await carryOut()
    setBusy(false)
    if (failure === null) actions.close()
    else setProblem(failure)
  }

  return (
    <Dialog
      name="plan"
      title={text('plan.title')}
      closeLabel={text('common.close')}
      onClose={actions.close}
      dismissible={!busy}
      size={620}
      footer={
        <>
          <Button variant="default" onClick={actions.close} disabled={busy} data-testid="cancel">
            <T id="common.cancel" />
          </Button>
          <BusyButton
            color={plan === 'revoke' ? 'red' : undefined}
            busy={busy}
            disabled={!isReady}
            onClick={() => void confirm()}
            data-testid="confirm-plan"
          >
            <T id={`plan.${plan}.submit`} />
          </BusyButton>
        </>
      }
    >
      <p className={classes.about}>
        <TokenName name={token.name} /> <TokenEnding maskedToken={token.maskedToken} />
        <ForeignText dimmed>{owner.name}</ForeignText>
      </p>
      <span id={label} className={classes.spoken}>
        <T id="plan.title" />
      </span>
      <SegmentedControl
        fullWidth
        data={PLANS.map((value) => ({ value, label: text(`plan.${value}`) }))}
        value={plan}
        onChange={(value) => {
          setPlan(value as Plan)
          setProblem(null)
        }}
        disabled={busy}
        aria-labelledby={label}
        data-testid="plan-choice"
      />
      {plan === 'rotate' && <p className={classes.paragraph}>{text('plan.rotate.how')}</p>}
      {plan === 'revoke' && (
        <RevokeLaterFields
          token={token}
          skewMs={skewMs}
          later={later}
          onLater={setLater}
          reason={reason}
          onReason={setReason}
        />
      )}
      {plan === 'remind' && <RemindFields token={token} skewMs={skewMs} days={days} onDays={setDays} />}
      {problem && <ProblemNotice problem={problem} />}
    </Dialog>
  )
}
