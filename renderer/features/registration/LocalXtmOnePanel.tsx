import { PasswordInput, Radio, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import type { LocalXtmOne } from '#shared/contract/registration.ts'
import { ADDRESS_MAX, PASTED_TOKEN_MAX } from '#shared/domain/connection-limits.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { useRegistrationStore } from './context.tsx'
import classes from './registration.module.css'

const MODES = ['stand-in', 'own', 'off'] as const
const PROFILES = ['current', 'poc'] as const

/** What the embedded platform registers with, and what leaves this machine with it. */
export function LocalXtmOnePanel() {
  const text = useText()
  const { actions } = useRegistrationStore()
  const [kept, setKept] = useState<LocalXtmOne | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)

  useEffect(() => {
    let here = true
    void actions.local().then((answer) => {
      if (!here) return
      if (answer.problem) setProblem(answer.problem)
      else setKept(answer.value)
    })
    return () => {
      here = false
    }
  }, [actions])

  return (
    <Section title={text('xtm-one.configuration.address')}>
      {problem && <ProblemNotice problem={problem} />}
      {kept && <LocalForm kept={kept} onKept={setKept} />}
    </Section>
  )
}

function LocalForm({ kept, onKept }: { kept: LocalXtmOne; onKept: (now: LocalXtmOne) => void }) {
  const text = useText()
  const { actions } = useRegistrationStore()
  const [mode, setMode] = useState(kept.mode)
  const [url, setUrl] = useState(kept.url)
  const [token, setToken] = useState('')
  const [profile, setProfile] = useState(kept.profile)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [saved, setSaved] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  const isOwn = mode === 'own'
  // SECURITY: a token belongs to the address it was typed for; another address needs it again.
  const isTokenKept = kept.hasToken && url.trim() === kept.url
  const isTokenMissing = isOwn && token.trim() === '' && !isTokenKept
  const isTooLong = token.trim().length > PASTED_TOKEN_MAX
  const isChanged =
    mode !== kept.mode || (isOwn && (url.trim() !== kept.url || token !== '' || profile !== kept.profile))

  /** What was said of the last try concerns another draft now. */
  function draft(change: () => void): void {
    change()
    setProblem(null)
    setSaved(false)
    setTried(false)
  }

  async function save(): Promise<void> {
    setTried(true)
    if (isTokenMissing || isTooLong) return
    setBusy(true)
    const typed = isOwn && token.trim() !== '' ? token.trim() : null
    const answer = await actions.setLocal({ mode, url: url.trim(), profile, token: typed })
    setBusy(false)
    setProblem(answer.problem)
    if (answer.problem) return
    setTried(false)
    setSaved(true)
    setToken('')
    setUrl(answer.value.url)
    onKept(answer.value)
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (!busy && isChanged) void save()
  }

  return (
    <form onSubmit={submit} noValidate className={classes.form}>
      <Radio.Group
        label={text('xtm-one.local.mode')}
        value={mode}
        onChange={(value) => draft(() => setMode(value as LocalXtmOne['mode']))}
      >
        <Stack gap={8} mt={8}>
          {MODES.map((one) => (
            <Radio
              key={one}
              value={one}
              label={text(`xtm-one.local.mode.${one}`)}
              description={text(`xtm-one.local.mode.${one}.hint`)}
              data-testid={`xtm-one-mode-${one}`}
            />
          ))}
        </Stack>
      </Radio.Group>
      {isOwn && (
        <>
          <TextInput
            label={text('xtm-one.local.url')}
            placeholder="https://xtm-one.example"
            value={url}
            maxLength={ADDRESS_MAX}
            onChange={(event) => {
              const typed = event.currentTarget.value
              draft(() => setUrl(typed))
            }}
            autoComplete="off"
            spellCheck={false}
            inputMode="url"
            data-testid="xtm-one-url"
          />
          <PasswordInput
            label={text('xtm-one.local.token')}
            description={text(isTokenKept ? 'xtm-one.local.token-kept' : 'xtm-one.local.token-hint')}
            value={token}
            onChange={(event) => {
              const typed = event.currentTarget.value
              draft(() => setToken(typed))
            }}
            error={
              isTooLong
                ? text('revoke.reason-too-long', { max: PASTED_TOKEN_MAX })
                : tried && isTokenMissing && text('connection.token-missing')
            }
            autoComplete="off"
            spellCheck={false}
            visibilityToggleButtonProps={{ 'aria-label': text('connection.token-show') }}
            data-testid="xtm-one-token"
          />
          <Radio.Group
            label={text('xtm-one.local.profile')}
            value={profile}
            onChange={(value) => draft(() => setProfile(value as LocalXtmOne['profile']))}
          >
            <Stack gap={8} mt={8}>
              {PROFILES.map((one) => (
                <Radio
                  key={one}
                  value={one}
                  label={text(`xtm-one.profile.${one}`)}
                  description={text(`xtm-one.profile.${one}.hint`)}
                  data-testid={`xtm-one-profile-${one}`}
                />
              ))}
            </Stack>
          </Radio.Group>
          {profile === 'poc' && (
            <Notice tone="warning" title={text('xtm-one.local.poc')}>
              {text('xtm-one.local.poc-hint')}
            </Notice>
          )}
        </>
      )}
      {problem && <ProblemNotice problem={problem} />}
      <div className={classes.formEnd}>
        <BusyButton type="submit" busy={busy} disabled={!isChanged} data-testid="xtm-one-save">
          <T id="xtm-one.local.save" />
        </BusyButton>
        <span role="status" className={classes.dimmed}>
          {saved && text(mode === 'off' ? 'xtm-one.local.saved-off' : 'xtm-one.local.saved')}
        </span>
      </div>
    </form>
  )
}
