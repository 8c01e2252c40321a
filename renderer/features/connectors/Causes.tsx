import { Button } from '@mantine/core'
import type { Connector, Owner } from '#shared/contract/connectors.ts'
import { evidenceAt, isTrouble, type Standing } from '#shared/domain/connector.ts'
import { type Cause, causeOf } from '#shared/domain/connector-cause.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { useTicker } from '../../ui/clock.tsx'
import { ForeignWords, visibleText } from '../../ui/ForeignText.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { spokenName } from '../../ui/spoken-name.ts'
import type { ConnectorRow } from './connector-columns.tsx'
import classes from './connectors.module.css'
import { useConnectors, useConnectorsEnvironment } from './context.tsx'
import { TokenWords } from './TokenWords.tsx'

/** More would hide the list that they stand above. */
const MOST = 3

/** C-07: connectors in trouble whose owner's tokens or account explain it. */
export function Causes({ rows }: { rows: readonly ConnectorRow[] }) {
  const owners = useConnectors((state) => state.owners)
  const { clock } = useTicker()
  const now = clock.now()
  const found = rows.flatMap(({ connector, standing }) => {
    const cause = causeFor(connector, standing, owners, now)
    return cause ? [{ connector, cause }] : []
  })
  if (found.length === 0) return null
  return (
    <div className={classes.notices} data-testid="causes">
      {found.slice(0, MOST).map(({ connector, cause }) => (
        <CauseNotice key={connector.id} connector={connector} cause={cause} named />
      ))}
      {found.length > MOST && (
        <p className={classes.dimmed}>
          <T id="cause.more" values={{ count: found.length - MOST }} />
        </p>
      )}
    </div>
  )
}

/** What the owner's tokens have to do with a connector's trouble; null: it is in none, or they have nothing. */
export function causeFor(
  connector: Connector,
  standing: Standing,
  owners: readonly Owner[] | null,
  now: number,
): Cause | null {
  if (!isTrouble(standing) || connector.owner === null) return null
  const owner = owners?.find(({ id }) => id === connector.owner?.id)
  // A connector that pings says itself until when its token let it in.
  return owner ? causeOf(owner, connector.lastSeenAt ?? evidenceAt(connector), now) : null
}

/** @param named whether the sentence must say which connector it is about */
export function CauseNotice({
  connector,
  cause,
  named = false,
}: {
  connector: Connector
  cause: Cause
  named?: boolean
}) {
  const text = useText()
  const { onShow, onShowUser } = useConnectorsEnvironment()
  const { owner } = connector
  if (owner === null) return null
  return (
    <Notice
      tone={'certainty' in cause && cause.certainty === 'possible' ? 'warning' : 'danger'}
      testId="cause"
      title={
        named ? (
          <T id="cause.of" values={{ connector: <ForeignWords>{connector.name}</ForeignWords> }} />
        ) : (
          <T id="cause.title" />
        )
      }
      actions={
        <>
          {named && (
            <Button
              variant="default"
              onClick={() => onShow(connector.id)}
              aria-label={spokenName(text('cause.to-connector'), visibleText(connector.name))}
              data-testid="cause-connector"
            >
              <T id="cause.to-connector" />
            </Button>
          )}
          <Button
            variant="default"
            onClick={() => onShowUser(owner.id)}
            aria-label={spokenName(text('cause.to-owner'), visibleText(`${owner.name} · ${connector.name}`))}
            data-testid="cause-owner"
          >
            <T id="cause.to-owner" />
          </Button>
        </>
      }
    >
      <CauseSentence cause={cause} owner={owner.name} />
    </Notice>
  )
}

function CauseSentence({ cause, owner: name }: { cause: Cause; owner: string }) {
  const owner = <ForeignWords>{name}</ForeignWords>
  switch (cause.kind) {
    case 'no-token':
      return <T id="cause.no-token" values={{ owner }} />
    case 'account':
      return <T id="cause.account" values={{ owner, status: <ForeignWords>{cause.status}</ForeignWords> }} />
    case 'locked':
      return <T id="cause.locked" values={{ owner, when: <RelativeTime at={cause.at} /> }} />
    default:
      return (
        <>
          <T
            id={`cause.${cause.kind}`}
            values={{
              owner,
              token: <TokenWords token={cause.token} />,
              when: <RelativeTime at={cause.at} />,
            }}
          />{' '}
          <T id={`cause.${cause.certainty}`} />
        </>
      )
  }
}
