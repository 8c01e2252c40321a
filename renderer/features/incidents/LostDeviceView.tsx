import { Button, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Preview } from '#shared/contract/incidents.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { UserSummary } from '#shared/contract/tokens.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { problemOf } from '../../i18n/problem-of.ts'
import { T, useText } from '../../i18n/text.tsx'
import { useTicker } from '../../ui/clock.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { Contain } from './Contain.tsx'
import { useIncidentsActions, useIncidentsEnvironment } from './context.tsx'
import { HoldingsList } from './Holdings.tsx'
import classes from './incidents.module.css'

/** T-11 as a sequence: who, what they hold, contain. What follows is the incident's own page. */
export function LostDeviceView({ userId }: { userId: string | null }) {
  const text = useText()
  const { connection, onRehearse } = useIncidentsEnvironment()
  return (
    <>
      <h2 className={classes.title}>
        <T id="device.title" />
      </h2>
      <p className={classes.lead}>
        <T id="device.lead" />
      </p>
      <div className={classes.notices}>
        {connection.embedded ? (
          <Notice tone="neutral" title={text('device.rehearsal')} testId="rehearsal">
            {text('device.rehearsal-hint')}
          </Notice>
        ) : (
          userId === null &&
          onRehearse && (
            <Notice
              tone="neutral"
              title={text('device.rehearse')}
              actions={
                <Button variant="default" onClick={onRehearse} data-testid="rehearse">
                  <T id="device.rehearse-here" />
                </Button>
              }
            >
              {text('device.rehearse-hint')}
            </Notice>
          )
        )}
      </div>
      {userId === null ? <Who /> : <Known key={`${connection.id} ${userId}`} userId={userId} />}
    </>
  )
}

const TYPING_PAUSE_MS = 200
const MOST_SHOWN = 8

/** First step: find the person. The field has the focus, because this page is opened in a hurry. */
function Who() {
  const text = useText()
  const { clock } = useTicker()
  const { client, connection, onLostDevice } = useIncidentsEnvironment()
  const [search, setSearch] = useState('')
  const [found, setFound] = useState<{ users: readonly UserSummary[]; total: number } | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)

  useEffect(() => {
    let isCurrent = true
    const ask = async (): Promise<void> => {
      try {
        const { id: connectionId } = connection
        const page = await client.tokens.users({
          connectionId,
          search: search.trim(),
          after: null,
          first: MOST_SHOWN,
        })
        if (isCurrent) setFound(page)
        if (isCurrent) setProblem(null)
      } catch (error) {
        if (isCurrent) setProblem(problemOf(error))
      }
    }
    // What is there to begin with is shown at once; while one types, the pauses are waited for.
    let cancel = (): void => {}
    if (search === '') void ask()
    else cancel = clock.after(TYPING_PAUSE_MS, () => void ask())
    return () => {
      isCurrent = false
      cancel()
    }
  }, [client, clock, connection, search])

  return (
    <Section title={text('device.who')}>
      <TextInput
        label={text('device.search')}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        leftSection={<Icon name="search" />}
        maxLength={256}
        autoComplete="off"
        spellCheck={false}
        autoFocus
        className={classes.search}
        data-testid="who-search"
      />
      {problem && <ProblemNotice problem={problem} />}
      {found && found.users.length === 0 ? (
        <EmptyState title={text('device.nobody')} testId="nobody">
          {text('device.nobody-hint')}
        </EmptyState>
      ) : (
        <ul className={classes.people} aria-label={text('users.list')}>
          {found?.users.map((user) => (
            <li key={user.id}>
              <button
                type="button"
                className={classes.person}
                onClick={() => onLostDevice(user.id)}
                data-testid="who"
              >
                <ForeignText>{user.name}</ForeignText>
                <ForeignText dimmed>{user.email}</ForeignText>
                <span className={classes.dimmed}>
                  {user.tokenCount === null ? '' : text('device.token-count', { count: user.tokenCount })}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {found && found.total > found.users.length && (
        <p className={classes.dimmed}>
          {text('device.more', { shown: found.users.length, total: found.total })}
        </p>
      )}
    </Section>
  )
}

/** Second and third step: what they hold, and what is done about it. */
function Known({ userId }: { userId: string }) {
  const text = useText()
  const { connection, onLostDevice } = useIncidentsEnvironment()
  const actions = useIncidentsActions()
  const [preview, setPreview] = useState<Preview | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  const isReady = connection.state.phase === 'ready'

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again
  useEffect(() => {
    if (!isReady) return
    let isCurrent = true
    void actions.previewUser(connection.id, userId).then((asked) => {
      if (!isCurrent) return
      setPreview(asked.value)
      setProblem(asked.problem)
    })
    return () => {
      isCurrent = false
    }
  }, [actions, connection.id, isReady, userId, round])

  const other = (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={<Icon name="back" />}
      onClick={() => onLostDevice(null)}
      data-testid="someone-else"
    >
      <T id="device.someone-else" />
    </Button>
  )
  if (problem)
    return (
      <>
        <div className={classes.back}>{other}</div>
        <ProblemNotice
          problem={problem}
          actions={
            <Button variant="default" onClick={() => setRound(round + 1)} data-testid="retry">
              <T id="common.try-again" />
            </Button>
          }
        />
      </>
    )
  const holdings = preview?.owners[0]
  if (!preview || !holdings)
    return (
      <p role="status" aria-busy="true" className={classes.dimmed} data-testid="loading">
        {text('device.reading')}
      </p>
    )
  return (
    <>
      <div className={classes.back}>{other}</div>
      <HoldingsList holdings={holdings} preview={preview} onRead={() => setRound(round + 1)} />
      <Contain holdings={holdings} preview={preview} />
    </>
  )
}
