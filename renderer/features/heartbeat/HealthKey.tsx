import { Button, PasswordInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { useHeartbeatStore } from './context.tsx'
import classes from './heartbeat.module.css'

/** The access key of a platform's health page: typed once, kept in the secret store, never shown again. */
export function HealthKey({ connectionId, isWanted }: { connectionId: string; isWanted: boolean }) {
  const text = useText()
  const store = useHeartbeatStore()
  // SECURITY: the field keeps the key itself; it never becomes state of the page.
  const field = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const set = async (key: string | null): Promise<void> => {
    if (field.current) field.current.value = ''
    setProblem(await store.actions.setHealthKey(connectionId, key))
  }
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    const key = field.current?.value.trim() ?? ''
    if (key !== '') void set(key)
  }
  return (
    <form className={classes.form} onSubmit={onSubmit}>
      {isWanted ? (
        <>
          <PasswordInput
            ref={field}
            size="xs"
            className={classes.field}
            label={text('heartbeat.health-key')}
            description={text('heartbeat.health-key-hint')}
            autoComplete="off"
            maxLength={512}
            visibilityToggleButtonProps={{ 'aria-label': text('composer.secret-show') }}
            data-testid="health-key"
          />
          <Button type="submit" size="compact-sm" variant="default" data-testid="keep-health-key">
            <T id="heartbeat.health-key.keep" />
          </Button>
        </>
      ) : (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => void set(null)}
          data-testid="forget-health-key"
        >
          <T id="heartbeat.health-key.forget" />
        </Button>
      )}
      {problem && <ProblemNotice problem={problem} testId="health-key-problem" />}
    </form>
  )
}
