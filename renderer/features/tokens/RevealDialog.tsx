import { Button, Checkbox } from '@mantine/core'
import { useEffect, useState } from 'react'
import { lastFour } from '#shared/domain/token.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { useDateText } from '../../i18n/time.tsx'
import { TokenName } from '../../i18n/token.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { useTicker } from '../../ui/clock.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { CopyState } from './CopyState.tsx'
import { useTokensActions } from './context.tsx'
import { Receipt } from './FirstUse.tsx'
import { HandOff } from './HandOff.tsx'
import { RotationStart } from './RotationStart.tsx'
import type { TokenDialog } from './store.ts'
import classes from './tokens.module.css'
import { useCopy } from './use-copy.ts'
import { useLeaveQuestion } from './use-leave-question.ts'
import { useRevealed } from './use-revealed.ts'

/** The second click of a double click on "Generate" must not land on a button that closes. */
const ARM_MS = 700

/** T-06: the value, once. Nothing but copying, sealing or saying "I have stored it" lets Escape close this dialog. */
export function RevealDialog({ dialog }: { dialog: Extract<TokenDialog, { name: 'reveal' }> }) {
  const { generated, ownerName, rotation } = dialog
  const text = useText()
  const dateText = useDateText()
  const { clock } = useTicker()
  const { close } = useTokensActions()
  const revealed = useRevealed(generated)
  const copy = useCopy(generated.revealId, revealed.read)
  const [stored, setStored] = useState(false)
  const [sealed, setSealed] = useState(false)
  const [armed, setArmed] = useState(false)
  const [asking, setAsking] = useState(false)

  useEffect(() => clock.after(ARM_MS, () => setArmed(true)), [clock])

  const nothingToLose = revealed.phase === 'gone' || copy.state === 'copied' || sealed || stored
  useLeaveQuestion(!nothingToLose)
  const { token } = generated

  function requestClose(): void {
    if (!armed) return
    if (nothingToLose) close()
    else setAsking(true)
  }

  return (
    <Dialog
      name="reveal"
      title={text('reveal.title')}
      closeLabel={text('common.close')}
      onClose={requestClose}
      dismissible={armed && nothingToLose}
      size={600}
      footer={
        asking && !nothingToLose ? (
          <>
            <Button variant="default" onClick={close} data-testid="close-anyway">
              <T id="reveal.close-anyway" />
            </Button>
            <Button onClick={() => setAsking(false)} autoFocus data-testid="keep-open">
              <T id="reveal.keep-open" />
            </Button>
          </>
        ) : (
          <Button variant="default" onClick={requestClose} disabled={!armed} data-testid="close-reveal">
            <T id="common.close" />
          </Button>
        )
      }
    >
      {revealed.phase === 'gone' ? (
        <ProblemNotice problem={revealed.problem} />
      ) : (
        <>
          <Notice tone="warning" title={text('reveal.warning')} />
          <Facts
            facts={[
              {
                key: 'name',
                name: text('token.column.name'),
                value: <TokenName name={token.name} />,
              },
              { key: 'owner', name: text('generate.owner'), value: <ForeignText>{ownerName}</ForeignText> },
              {
                key: 'expires',
                name: text('token.column.expires'),
                value: token.expiresAt === null ? text('token.never') : dateText(token.expiresAt),
              },
            ]}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: a field would let the browser keep what it holds */}
          <div
            ref={revealed.box}
            className={classes.value}
            role="group"
            aria-label={text('reveal.value', { ending: lastFour(token.maskedToken) })}
            aria-busy={revealed.phase === 'loading'}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard reader selects the value here
            tabIndex={0}
            translate="no"
            data-testid="token-value"
          />
          <div className={classes.copyRow}>
            <BusyButton
              onClick={() => void copy.start()}
              busy={copy.state === 'copying'}
              disabled={revealed.phase === 'loading'}
              leftSection={<Icon name={copy.state === 'copied' ? 'check' : 'copy'} />}
              data-autofocus
              data-testid="copy-token"
            >
              <T id="reveal.copy" />
            </BusyButton>
            <CopyState copy={copy} />
          </div>
          {copy.problem && <ProblemNotice problem={copy.problem} />}
          <HandOff generated={generated} onSealed={() => setSealed(true)} />
          <Checkbox
            checked={stored}
            onChange={(event) => setStored(event.currentTarget.checked)}
            label={text('reveal.stored')}
            data-testid="stored"
          />
          {rotation ? (
            <RotationStart generated={generated} rotation={rotation} />
          ) : (
            <Receipt tokenId={token.id} />
          )}
          {asking && !nothingToLose && (
            <Notice tone="danger" role="alert" testId="unsaved" title={text('reveal.unsaved')}>
              {text('reveal.unsaved-hint')}
            </Notice>
          )}
        </>
      )}
    </Dialog>
  )
}
