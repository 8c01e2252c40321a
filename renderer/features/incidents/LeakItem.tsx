import { Checkbox } from '@mantine/core'
import type { Leaked } from '#shared/contract/triage.ts'
import type { LeakVerdict } from '#shared/domain/leak.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime, useDateText } from '../../i18n/time.tsx'
import { TokenEnding } from '../../i18n/token.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import { ConnectorsWords } from './Holdings.tsx'
import classes from './incidents.module.css'
import { LeakAudit } from './LeakAudit.tsx'
import { TokenWords } from './TokenWords.tsx'

/** Where a token stands in the text. */
export interface LeakPlace {
  readonly line: number
  readonly times: number
}

const TONES: Record<LeakVerdict, Tone> = {
  live: 'danger',
  shut: 'warning',
  alike: 'warning',
  'not-asked': 'warning',
  expired: 'good',
  revoked: 'good',
  vanished: 'good',
  unknown: 'neutral',
}

/** One token of the text: does it open anything, whose is it, what can it do, what was done with it. */
export function LeakItem({
  leak,
  place,
  skewMs,
  chosen,
  onChoose,
  isOnly,
}: {
  leak: Leaked
  place: LeakPlace | undefined
  skewMs: number
  /** null: there is nothing to choose */
  chosen: boolean | null
  onChoose: (chosen: boolean) => void
  /** nothing else was found */
  isOnly: boolean
}) {
  const text = useText()
  const { verdict, ending, problem } = leak
  return (
    <li className={classes.leak} data-testid={`leak-${verdict}`}>
      <div className={classes.leakHead}>
        <StateMark tone={TONES[verdict]}>
          <strong>{text(`triage.verdict.${verdict}`)}</strong>
        </StateMark>
        <TokenEnding maskedToken={ending} />
        {place && (
          <span className={classes.dimmed}>
            {text('triage.line', { line: place.line })} · {text('triage.times', { count: place.times })}
          </span>
        )}
        {chosen !== null && (
          <Checkbox
            className={classes.leakChoice}
            checked={chosen}
            onChange={(event) => onChoose(event.currentTarget.checked)}
            label={text('triage.revoke-this', { ending })}
            data-testid="choose-leak"
          />
        )}
      </div>
      <p>{text(`triage.verdict.${verdict}-hint`)}</p>
      <LeakFacts leak={leak} skewMs={skewMs} />
      {leak.owner && (
        <LeakAudit ending={ending} ownerId={leak.owner.id} since={madeAt(leak)} first={isOnly} />
      )}
      <LeakAdvice leak={leak} />
      {problem && <ProblemNotice problem={problem} tone="warning" />}
    </li>
  )
}

/** When the token was made; of those that end alike, the oldest, for it may be that one. */
function madeAt({ holdings, gone }: Leaked): number | null {
  const times = [...(holdings?.tokens ?? []), ...(gone ? [gone] : [])].map(({ createdAt }) => createdAt)
  const known = times.filter((time) => time !== null)
  return known.length === 0 || known.length < times.length ? null : Math.min(...known)
}

function LeakFacts({ leak, skewMs }: { leak: Leaked; skewMs: number }) {
  const text = useText()
  const dateText = useDateText()
  const { owner, holdings, gone } = leak
  if (!owner) return null
  const dates = (at: number | null): string => (at === null ? text('token.unknown') : dateText(at))
  const [token] = holdings?.tokens ?? []
  const known = token ?? gone
  const facts = [
    {
      key: 'owner',
      name: text('inventory.column.owner'),
      value: (
        <span className={classes.pair}>
          <ForeignText>{owner.name}</ForeignText> <ForeignText dimmed>{owner.email}</ForeignText>
        </span>
      ),
    },
  ]
  if (known)
    facts.push(
      {
        key: 'token',
        name: text('token.column.token'),
        value: (
          <span className={classes.list}>
            {(holdings?.tokens ?? []).map((held) => (
              <TokenWords key={held.id} token={held} />
            ))}
            {gone && <TokenWords token={{ ...gone, own: false }} />}
          </span>
        ),
      },
      { key: 'created', name: text('token.column.created'), value: <span>{dates(known.createdAt)}</span> },
      {
        key: 'expires',
        name: text('token.column.expires'),
        value: <span>{known.expiresAt === null ? text('token.never') : dateText(known.expiresAt)}</span>,
      },
      {
        key: 'used',
        name: text('triage.used-before'),
        value: (
          <span>
            {known.lastUsedAt === null ? (
              <T id="token.never" />
            ) : (
              <RelativeTime at={known.lastUsedAt} skewMs={skewMs} />
            )}
          </span>
        ),
      },
    )
  if (holdings)
    facts.push(
      { key: 'rights', name: text('triage.capabilities'), value: <RightsWords holdings={holdings} /> },
      {
        key: 'connectors',
        name: text('device.connectors'),
        value: (
          <span>
            <ConnectorsWords holdings={holdings} />
          </span>
        ),
      },
    )
  if (gone)
    facts.push({
      key: 'gone',
      name: text('token.column.revoked'),
      value: (
        <span className={classes.pair}>
          {gone.by === null ? (
            <T id="triage.gone-since" values={{ when: <RelativeTime at={gone.goneAt} /> }} />
          ) : (
            <T
              id="triage.gone-by"
              values={{
                when: <RelativeTime at={gone.goneAt} />,
                by: <ForeignText>{gone.by}</ForeignText>,
              }}
            />
          )}
          {gone.reason !== null && <ForeignText dimmed>{gone.reason}</ForeignText>}
        </span>
      ),
    })
  return <Facts facts={facts} />
}

function RightsWords({ holdings }: { holdings: NonNullable<Leaked['holdings']> }) {
  const text = useText()
  const { capabilities } = holdings.user
  if (capabilities.includes('BYPASS')) return <strong>{text('triage.capabilities.all')}</strong>
  if (capabilities.length === 0) return <span>{text('triage.capabilities.none')}</span>
  return (
    <span className={classes.rights} translate="no">
      {capabilities.join(' · ')}
    </span>
  )
}

/** What is particular about this one. */
function LeakAdvice({ leak: { holdings, verdict, shape, problem } }: { leak: Leaked }) {
  const text = useText()
  const tokens = holdings?.tokens ?? []
  const isBase = tokens.some(({ id }) => id.startsWith('base_token_')) && shape === 'legacy'
  return (
    <>
      {tokens.length > 1 && <p>{text('triage.alike', { count: tokens.length })}</p>}
      {tokens.some(({ own }) => own) && <p>{text('incident.own-hint')}</p>}
      {isBase && tokens.some(({ name }) => name === 'Base token') && <p>{text('triage.base')}</p>}
      {verdict === 'live' && holdings !== null && tokens.length === 0 && <p>{text('triage.not-listed')}</p>}
      {verdict === 'live' && problem?.code === 'old-platform' && <p>{text('triage.renew-there')}</p>}
    </>
  )
}
