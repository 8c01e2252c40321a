import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { type FormEvent, useId, useState } from 'react'
import type { Rotation } from '#shared/contract/upkeep.ts'
import {
  durationDays,
  expiryOf,
  TOKEN_DURATIONS,
  TOKEN_NAME_MAX,
  type TokenDuration,
} from '#shared/domain/token.ts'
import { isDurationAllowed, matchesNamePattern, type TokenPolicy } from '#shared/domain/token-policy.ts'
import { QUIET_CHOICES_MS } from '#shared/domain/upkeep.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { useDateText } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { useNow, useTicker } from '../../ui/clock.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { AccountNotices } from './Account.tsx'
import { useTokens, useTokensActions, useTokensEnvironment } from './context.tsx'
import { LostAnswer, WrongExpiry } from './GenerateTrouble.tsx'
import type { GenerateOutcome } from './outcome.ts'
import { RotationFields } from './RotationFields.tsx'
import type { TokenDialog } from './store.ts'
import { tokenNameFrom } from './token-name.ts'
import classes from './tokens.module.css'

/** T-05: a name, a duration that must be chosen, the consequences in a sentence. */
export function GenerateDialog({ dialog }: { dialog: Extract<TokenDialog, { name: 'generate' }> }) {
  const { owner, ref, replaces } = dialog
  const text = useText()
  const { tokenNameTemplate, tokenPolicy } = useTokensEnvironment()
  const { clock } = useTicker()
  const actions = useTokensActions()
  const skewMs = useTokens((state) => state.access[ref]?.data?.clockSkewMs ?? 0)
  const [name, setName] = useState(
    () => replaces?.name ?? tokenNameFrom(tokenNameTemplate, owner.name, clock.now()),
  )
  const [quietMs, setQuietMs] = useState<number>(QUIET_CHOICES_MS[2])
  const [finish, setFinish] = useState<Rotation['finish']>('ask')
  const [duration, setDuration] = useState<TokenDuration | null>(null)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<Exclude<GenerateOutcome, { kind: 'made' }> | null>(null)
  const durationLabel = useId()
  const durationError = useId()

  const length = name.trim().length
  const isNameAllowed = matchesNamePattern(name.trim(), tokenPolicy.namePattern)
  const nameError =
    length > TOKEN_NAME_MAX
      ? text('generate.name-too-long', { max: TOKEN_NAME_MAX, length })
      : tried && length === 0
        ? text('generate.name-missing')
        : tried && !isNameAllowed
          ? text('generate.name-against-policy', { pattern: tokenPolicy.namePattern })
          : null
  const isDurationMissing = tried && duration === null

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    setTried(true)
    if (busy || duration === null || length === 0 || length > TOKEN_NAME_MAX || !isNameAllowed) return
    setBusy(true)
    setOutcome(null)
    const rotation = replaces && { old: replaces, quietMs, finish }
    const ended = await actions.generate({ userId: ref, name: name.trim(), duration }, owner.name, rotation)
    // Made: the store has put the reveal dialog in this one's place.
    if (ended.kind === 'made') return
    setOutcome(ended)
    setBusy(false)
  }

  if (outcome?.kind === 'answer-lost') return <LostAnswer outcome={outcome} dialog={dialog} />
  if (outcome?.kind === 'expiry-differs') return <WrongExpiry outcome={outcome} dialog={dialog} />
  return (
    <Dialog
      name="generate"
      title={text(replaces ? 'rotation.title' : 'generate.title')}
      closeLabel={text('common.close')}
      onClose={actions.close}
      dismissible={!busy}
      size={560}
    >
      <form onSubmit={(event) => void submit(event)} noValidate className={classes.form}>
        <p>
          <span className={classes.dimmed}>
            <T id="generate.owner" />
          </span>{' '}
          <ForeignText>{owner.name}</ForeignText> <ForeignText dimmed>{owner.email}</ForeignText>
        </p>
        <AccountNotices user={owner} skewMs={skewMs} />
        <TextInput
          label={text('generate.name')}
          description={text('generate.name-hint')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={nameError}
          maxLength={20_000}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          data-testid="token-name"
        />
        <div>
          <div id={durationLabel} className={classes.label}>
            <T id="generate.duration" />
          </div>
          <SegmentedControl
            fullWidth
            data={TOKEN_DURATIONS.map((value) => ({
              value,
              label: durationLabelText(text, value),
              disabled: !isDurationAllowed(value, tokenPolicy),
            }))}
            // No duration is preselected: an unlimited token must be somebody's choice (FR-002).
            value={duration ?? ''}
            onChange={(value) => setDuration(value as TokenDuration)}
            aria-labelledby={durationLabel}
            aria-describedby={isDurationMissing ? durationError : undefined}
            data-testid="duration"
          />
          {isDurationMissing && (
            <div id={durationError} role="alert" className={classes.error}>
              <T id="generate.duration-missing" />
            </div>
          )}
        </div>
        {replaces && (
          <RotationFields
            old={replaces}
            quietMs={quietMs}
            onQuietMs={setQuietMs}
            finish={finish}
            onFinish={setFinish}
          />
        )}
        <PolicyLine policy={tokenPolicy} />
        <Consequence duration={duration} skewMs={skewMs} />
        {outcome?.kind === 'problem' && <ProblemNotice problem={outcome.problem} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={actions.close} disabled={busy}>
            <T id="common.cancel" />
          </Button>
          <BusyButton type="submit" busy={busy} data-testid="submit-generate">
            <T id="generate.submit" />
          </BusyButton>
        </div>
      </form>
    </Dialog>
  )
}

function durationLabelText(text: ReturnType<typeof useText>, duration: TokenDuration): string {
  const days = durationDays(duration)
  return days === null ? text('generate.unlimited') : text('generate.days', { days })
}

/** What the organisation asks, said before somebody wonders why a choice is not there. */
function PolicyLine({ policy }: { policy: TokenPolicy }) {
  const text = useText()
  const { maxLifetimeDays: days, noUnlimited, namePattern } = policy
  const rules = [
    days === null ? null : text('generate.policy-lifetime', { days }),
    noUnlimited && days === null ? text('generate.policy-unlimited') : null,
    namePattern === '' ? null : text('generate.policy-naming', { pattern: namePattern }),
  ].filter((rule) => rule !== null)
  if (rules.length === 0) return null
  return (
    <p className={classes.dimmed} data-testid="policy-line">
      {text('generate.policy')} {rules.join(' · ')}
    </p>
  )
}

function Consequence({ duration, skewMs }: { duration: TokenDuration | null; skewMs: number }) {
  const text = useText()
  const dateText = useDateText()
  const expiry = useNow((now) => {
    if (duration === null) return ''
    const at = expiryOf(duration, now + skewMs)
    return at === null ? text('generate.expires-never') : text('generate.expires', { date: dateText(at) })
  })
  return (
    <p className={classes.consequence} aria-live="polite">
      {duration === null ? (
        <span className={classes.dimmed}>
          <T id="generate.choose" />
        </span>
      ) : (
        <>
          {expiry} <T id="generate.consequence" />
        </>
      )}
    </p>
  )
}
