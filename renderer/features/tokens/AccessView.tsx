import { Button, Skeleton } from '@mantine/core'
import { type ReactNode, useEffect, useMemo } from 'react'
import type { Token, UserAccess } from '#shared/contract/tokens.ts'
import { AccountState } from '../../i18n/account.tsx'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { ReadAge } from '../../i18n/read-age.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { useNow, useTicker } from '../../ui/clock.tsx'
import { DataGrid } from '../../ui/DataGrid.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ForeignText, visibleText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { spokenName } from '../../ui/spoken-name.ts'
import { AccountNotices } from './Account.tsx'
import { rightsOf, useTokens, useTokensActions, useTokensEnvironment } from './context.tsx'
import { useFirstUses } from './FirstUse.tsx'
import { PlannedSection } from './Planned.tsx'
import { useEndedPlans, usePlanned } from './plans.ts'
import { Sessions } from './Sessions.tsx'
import type { UserRef } from './store.ts'
import { useRevokedColumns, useTokenColumns } from './token-columns.tsx'
import classes from './tokens.module.css'

/** A reading older than this says so and asks to be read again. */
const STALE_MS = 5 * 60_000
/** From here on the clocks differ enough to be told. */
const SKEW_MS = 2 * 60_000

const BY_CREATION = [{ id: 'created', desc: true }]
const BY_REVOCATION = [{ id: 'revoked', desc: true }]

/** Everything that lets one user in, on one page (T-01, T-02). */
export function AccessView({ userRef, search }: { userRef: UserRef; search: string }) {
  const { connection } = useTokensEnvironment()
  const { clock } = useTicker()
  const actions = useTokensActions()
  const reading = useTokens((state) => state.access[userRef])
  const isReady = connection.state.phase === 'ready'
  const isOutdated = reading?.outdated ?? false

  // Read when the page opens, when the connection comes back and when a response changed something, not at each answer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read must not start another reading
  useEffect(() => {
    const known = reading?.data
    const isOld = !known || isOutdated || reading.problem !== null || clock.now() - known.readAt > STALE_MS
    if (isReady && isOld) void actions.load(userRef)
  }, [userRef, isReady, connection.id, isOutdated])

  const retry = (
    <Button variant="default" onClick={() => void actions.load(userRef)} data-testid="retry">
      <T id="common.try-again" />
    </Button>
  )
  if (!reading?.data) {
    return reading?.problem ? <ProblemNotice problem={reading.problem} actions={retry} /> : <LoadingAccess />
  }
  return (
    <LoadedAccess access={reading.data} userRef={userRef} search={search} loading={reading.loading}>
      {reading.problem && <ProblemNotice problem={reading.problem} actions={retry} tone="warning" />}
      <StaleNotice readAt={reading.data.readAt} userRef={userRef} />
      <SkewNotice skewMs={reading.data.clockSkewMs} />
      <AccountNotices user={reading.data.user} skewMs={reading.data.clockSkewMs} />
    </LoadedAccess>
  )
}

function LoadedAccess({
  access,
  userRef,
  search,
  loading,
  children,
}: {
  access: UserAccess
  userRef: UserRef
  search: string
  loading: boolean
  /** what has to be said before the lists */
  children: ReactNode
}) {
  const text = useText()
  const actions = useTokensActions()
  const { identity, onShowUser, onLostDevice, onRevokeAll } = useTokensEnvironment()
  const { own, listOthers, manageOthers } = rightsOf(identity)
  const { user, revoked, clockSkewMs } = access
  const { tokens, waiting } = useFirstUses(access.tokens)
  const hasTokens = identity?.features.apiTokens ?? true
  const mayChange = hasTokens && (user.isMe ? own : manageOthers)
  const deeds = useMemo(() => {
    if (!mayChange) return null
    const open = (name: 'revoke' | 'plan') => (token: Token) =>
      actions.open({ name, owner: user, ref: userRef, token })
    return { revoke: open('revoke'), plan: open('plan') }
  }, [actions, user, userRef, mayChange])
  const planned = usePlanned()
  useEndedPlans(access, () => void actions.load(userRef))
  const columns = useTokenColumns(clockSkewMs, waiting, planned, deeds)
  const revokedColumns = useRevokedColumns(clockSkewMs)
  const shown = useMemo(() => tokens.filter(matching(search)), [tokens, search])
  const shownRevoked = useMemo(() => revoked?.filter(matching(search)) ?? null, [revoked, search])
  const revokeAll = () =>
    onRevokeAll(
      user.id,
      tokens.map(({ id }) => id),
    )
  const generate = () => actions.open({ name: 'generate', owner: user, ref: userRef })

  return (
    <>
      <div className={classes.who}>
        <h2>
          <ForeignText>{user.name}</ForeignText>
        </h2>
        <ForeignText dimmed>{user.email}</ForeignText>
        <AccountState user={user} />
        <span className={classes.toolbar}>
          {hasTokens && manageOthers && !user.isMe && (
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => onLostDevice(user.id)}
              aria-label={spokenName(text('device.open'), visibleText(user.name))}
              data-testid="lost-device-of"
            >
              <T id="device.open" />
            </Button>
          )}
          <ReadAge readAt={access.readAt} loading={loading} onRefresh={() => void actions.load(userRef)} />
        </span>
      </div>
      <div className={classes.notices}>{children}</div>
      <Section
        title={text('tokens.list')}
        count={hasTokens ? countText(text, shown.length, tokens.length) : undefined}
        aside={
          mayChange && (
            <>
              {tokens.length > 1 && (
                <Button variant="default" onClick={revokeAll} data-testid="revoke-all">
                  <T id="device.revoke-all" />
                </Button>
              )}
              <Button onClick={generate} leftSection={<Icon name="plus" />} data-testid="generate">
                <T id="tokens.generate" />
              </Button>
            </>
          )
        }
      >
        {hasTokens && !mayChange && (
          <Notice tone="neutral" title={text('tokens.look-only')}>
            {text(user.isMe ? 'tokens.look-only-own' : 'tokens.look-only-others')}
          </Notice>
        )}
        {!hasTokens ? (
          <EmptyState title={text('tokens.hindrance.old-platform')} testId="old-platform">
            {text('tokens.hindrance.old-platform.hint')}
          </EmptyState>
        ) : tokens.length === 0 ? (
          <EmptyState
            title={text('tokens.empty')}
            testId="no-tokens"
            action={
              userRef === 'me' && listOthers ? (
                <Button variant="default" onClick={() => onShowUser(null)} data-testid="look-at-users">
                  <T id="tokens.look-at-users" />
                </Button>
              ) : undefined
            }
          >
            {text(user.isMe ? 'tokens.empty-own' : 'tokens.empty-other')}
          </EmptyState>
        ) : shown.length === 0 ? (
          <NoMatch search={search} />
        ) : (
          <DataGrid
            label={text('tokens.list-of', { owner: user.name })}
            columns={columns}
            rows={shown}
            rowId={(token) => token.id}
            initialSort={BY_CREATION}
          />
        )}
      </Section>
      <PlannedSection userId={user.id} skewMs={clockSkewMs} />
      {shownRevoked !== null && revoked !== null && revoked.length > 0 && (
        <Section title={text('tokens.revoked')} count={countText(text, shownRevoked.length, revoked.length)}>
          {shownRevoked.length === 0 ? (
            <NoMatch search={search} />
          ) : (
            <DataGrid
              label={text('tokens.revoked-of', { owner: user.name })}
              columns={revokedColumns}
              rows={shownRevoked}
              rowId={(token) => token.id}
              initialSort={BY_REVOCATION}
            />
          )}
        </Section>
      )}
      {hasTokens && revoked === null && <p className={classes.dimmed}>{text('tokens.revoked-not-kept')}</p>}
      {(!user.isMe || access.sessions !== null) && (
        <Sessions access={access} userRef={userRef} mayKill={manageOthers} />
      )}
    </>
  )
}

function matching(search: string): (token: Token) => boolean {
  const wanted = search.trim().toLocaleLowerCase().replace(/^…/, '')
  return ({ name, maskedToken }) =>
    wanted === '' ||
    name.toLocaleLowerCase().includes(wanted) ||
    maskedToken.toLocaleLowerCase().includes(wanted)
}

function countText(text: ReturnType<typeof useText>, shown: number, all: number): string {
  return shown === all ? text('common.count', { count: all }) : text('common.count-of', { shown, all })
}

export function NoMatch({ search }: { search: string }) {
  return (
    <EmptyState
      title={<T id="common.no-match" values={{ search: search.trim().slice(0, 80) }} />}
      testId="no-match"
    >
      <T id="common.no-match-hint" />
    </EmptyState>
  )
}

function StaleNotice({ readAt, userRef }: { readAt: number; userRef: UserRef }) {
  const text = useText()
  const actions = useTokensActions()
  const isStale = useNow((now) => now - readAt > STALE_MS)
  if (!isStale) return null
  return (
    <Notice
      tone="warning"
      testId="stale"
      title={text('tokens.stale')}
      actions={
        <Button variant="default" onClick={() => void actions.load(userRef)}>
          <T id="common.read-again" />
        </Button>
      }
    >
      {text('tokens.stale-hint')}
    </Notice>
  )
}

function SkewNotice({ skewMs }: { skewMs: number }) {
  const text = useText()
  if (Math.abs(skewMs) <= SKEW_MS) return null
  const minutes = Math.round(Math.abs(skewMs) / 60_000)
  return (
    <Notice
      tone="warning"
      testId="skew"
      title={text(skewMs > 0 ? 'tokens.skew-ahead' : 'tokens.skew-behind', { minutes })}
    >
      {text('tokens.skew-hint')}
    </Notice>
  )
}

function LoadingAccess() {
  return (
    <div className={classes.skeleton} aria-busy="true" data-testid="loading">
      <span role="status" className={classes.dimmed}>
        <T id="tokens.loading" />
      </span>
      {[60, 100, 100, 100, 100].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={index} height={20} width={`${width}%`} radius="xs" />
      ))}
    </div>
  )
}

/** Why nothing can be shown at all, or null. */
export function useHindrance(scope: 'mine' | 'users' | 'plans'): 'no-own' | 'no-others' | null {
  const { identity } = useTokensEnvironment()
  if (!identity) return null
  const rights = rightsOf(identity)
  if (scope === 'plans') return null
  // An account and its sessions can be looked at where there are no tokens, too (T-20).
  if (scope === 'mine') return rights.own || !identity.features.apiTokens ? null : 'no-own'
  return rights.listOthers ? null : 'no-others'
}
