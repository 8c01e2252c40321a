import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { Token } from '#shared/contract/tokens.ts'
import { orphansIn } from '#shared/domain/token.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age, RelativeTime } from '../../i18n/time.tsx'
import { nameWithEnding, TokenEnding, TokenName } from '../../i18n/token.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useTokens, useTokensActions } from './context.tsx'
import type { GenerateOutcome } from './outcome.ts'
import type { TokenDialog } from './store.ts'
import classes from './tokens.module.css'

type Dialogue = Extract<TokenDialog, { name: 'generate' }>

/**
 * The request left and no answer came: never a second token, but the offer to revoke the one nobody can use. A slow
 * platform may make it after the first look, so nothing is said to be sure and one can look again.
 */
export function LostAnswer({
  outcome,
  dialog,
}: {
  outcome: Extract<GenerateOutcome, { kind: 'answer-lost' }>
  dialog: Dialogue
}) {
  const text = useText()
  const actions = useTokensActions()
  const { name, known } = outcome
  const [orphans, setOrphans] = useState(outcome.orphans)
  const [checked, setChecked] = useState(outcome.checked)
  const [looking, setLooking] = useState(false)
  const readAt = useTokens((state) => state.access[dialog.ref]?.data?.readAt ?? null)
  const found = orphans.length

  async function lookAgain(ids: readonly string[]): Promise<void> {
    setLooking(true)
    const access = await actions.load(dialog.ref)
    setLooking(false)
    setChecked(access !== null)
    if (access) setOrphans(orphansIn(access.tokens, name, ids))
  }

  return (
    <Dialog
      name="generate"
      title={text('lost.title')}
      closeLabel={text('common.close')}
      onClose={actions.close}
      size={560}
      footer={
        <>
          {found === 0 && checked && readAt !== null && (
            <span className={classes.dimmed}>
              <T id="common.read" values={{ age: <Age at={readAt} /> }} />
            </span>
          )}
          {found === 0 && known !== null && (
            <BusyButton
              variant="default"
              busy={looking}
              leftSection={<Icon name="refresh" />}
              onClick={() => void lookAgain(known)}
              data-testid="look-again"
            >
              <T id="lost.look-again" />
            </BusyButton>
          )}
          <Button variant="default" onClick={actions.close}>
            <T id="common.close" />
          </Button>
        </>
      }
    >
      {found > 0 ? (
        <Notice
          tone="danger"
          role="alert"
          testId="answer-lost"
          title={text('lost.orphans', { count: found })}
        >
          {text('lost.orphans-hint')}
        </Notice>
      ) : (
        <Notice
          tone={checked ? 'warning' : 'danger'}
          role="alert"
          testId="answer-lost"
          title={text(checked ? 'lost.not-listed' : 'lost.unchecked')}
        >
          {text(checked ? 'lost.not-listed-hint' : 'lost.unchecked-hint')}
        </Notice>
      )}
      {found > 0 && <Unusable tokens={orphans} dialog={dialog} />}
    </Dialog>
  )
}

/** The platform made something else than what was asked. Its value was thrown away; it should not stay. */
export function WrongExpiry({
  outcome,
  dialog,
}: {
  outcome: Extract<GenerateOutcome, { kind: 'expiry-differs' }>
  dialog: Dialogue
}) {
  const text = useText()
  const actions = useTokensActions()
  return (
    <Dialog
      name="generate"
      title={text('expiry-differs.title')}
      closeLabel={text('common.close')}
      onClose={actions.close}
      size={560}
      footer={
        <Button variant="default" onClick={actions.close}>
          <T id="common.close" />
        </Button>
      }
    >
      <Notice tone="danger" role="alert" testId="expiry-differs" title={text('expiry-differs.what')}>
        <p>
          {outcome.token.expiresAt === null ? (
            <T id="expiry-differs.never" />
          ) : (
            <T id="expiry-differs.instead" values={{ when: <RelativeTime at={outcome.token.expiresAt} /> }} />
          )}
        </p>
        <p>{text('expiry-differs.hint')}</p>
      </Notice>
      <Unusable tokens={[outcome.token]} dialog={dialog} />
    </Dialog>
  )
}

/** Tokens that exist without anybody having their value, each with the way to be rid of it. */
function Unusable({ tokens, dialog }: { tokens: readonly Token[]; dialog: Dialogue }) {
  return (
    <ul className={classes.orphans}>
      {tokens.map((token) => (
        <UnusableToken key={token.id} token={token} dialog={dialog} />
      ))}
    </ul>
  )
}

function UnusableToken({ token, dialog }: { token: Token; dialog: Dialogue }) {
  const text = useText()
  const actions = useTokensActions()
  const [state, setState] = useState<'there' | 'busy' | 'gone'>('there')
  const [problem, setProblem] = useState<Problem | null>(null)

  async function revoke(): Promise<void> {
    setState('busy')
    const failure = await actions.revoke(dialog.ref, token, text('lost.reason'))
    setProblem(failure)
    setState(failure === null ? 'gone' : 'there')
  }

  return (
    <>
      <li>
        <TokenName name={token.name} />
        <TokenEnding maskedToken={token.maskedToken} />
        <span className={classes.toolbar} aria-live="polite">
          {state === 'gone' ? (
            <StateMark tone="good">{text('token.status.revoked')}</StateMark>
          ) : (
            <BusyButton
              color="red"
              variant="light"
              busy={state === 'busy'}
              leftSection={<Icon name="trash" />}
              onClick={() => void revoke()}
              aria-label={text('token.revoke-named', { name: nameWithEnding(token) })}
              data-testid="revoke-orphan"
            >
              {text('token.revoke')}
            </BusyButton>
          )}
        </span>
      </li>
      {problem && (
        <li>
          <ProblemNotice problem={problem} />
        </li>
      )}
    </>
  )
}
