import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Icon } from '../../ui/icons.tsx'
import { useTokensActions, useTokensEnvironment } from './context.tsx'
import { PlannedList } from './Planned.tsx'
import { useHour, usePlannedOf } from './plans.ts'
import classes from './tokens.module.css'
import { useMayChange } from './use-may-change.ts'

/** What is planned for one token of anybody's, and the way to plan more; read anew first, for the list may be old. */
export function PlansOfToken({ userId, tokenId, name }: { userId: string; tokenId: string; name: string }) {
  const text = useText()
  const { store, identity } = useTokensEnvironment()
  const actions = useTokensActions()
  const mayChange = useMayChange()(userId)
  const planned = usePlannedOf(useHour(), { userId, tokenId })
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function plan(): Promise<void> {
    setBusy(true)
    setProblem(null)
    const access = await actions.load(userId)
    setBusy(false)
    const token = access?.tokens.find(({ id }) => id === tokenId)
    if (access && token) actions.open({ name: 'plan', owner: access.user, ref: userId, token })
    else if (access) setProblem({ code: 'token-not-found', detail: null })
    else setProblem(store.getState().access[userId]?.problem ?? null)
  }

  return (
    <>
      <PlannedList
        planned={planned}
        skewMs={identity?.clockSkewMs ?? 0}
        label={text('planned.title')}
        narrow
      />
      {mayChange ? (
        <BusyButton
          variant="default"
          size="compact-sm"
          leftSection={<Icon name="clock" />}
          busy={busy}
          onClick={() => void plan()}
          aria-label={text('plan.open-named', { name })}
          data-testid="plan"
        >
          <T id="plan.open" />
        </BusyButton>
      ) : (
        <p className={classes.dimmed} data-testid="may-not-plan">
          <T id="plan.not-allowed" />
        </p>
      )}
      {problem && <ProblemNotice problem={problem} />}
    </>
  )
}
