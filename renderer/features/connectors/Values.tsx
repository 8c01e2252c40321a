import { useIntl } from 'react-intl'
import type { Connector } from '#shared/contract/connectors.ts'
import { evidenceAt, healthOf, imageParts, uptimeOf } from '#shared/domain/connector.ts'
import { T } from '../../i18n/text.tsx'
import { Age, relativeText, utcText } from '../../i18n/time.tsx'
import { useNow } from '../../ui/clock.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import classes from './connectors.module.css'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What stands where nothing is known. */
export function None() {
  return <span className={classes.none}>–</span>
}

export function Requested({ connector }: { connector: Connector }) {
  return connector.requested === null ? <None /> : <T id={`connector.requested.${connector.requested}`} />
}

export function Reported({ connector }: { connector: Connector }) {
  return connector.reported === null ? <None /> : <T id={`connector.reported.${connector.reported}`} />
}

/** How old the newest proof of what is shown is; in a grid in few words. */
export function EvidenceAge({ connector, short = false }: { connector: Connector; short?: boolean }) {
  const at = evidenceAt(connector)
  if (at === null) return <None />
  return short ? <ShortAge at={at} /> : <Age at={at} />
}

function ShortAge({ at }: { at: number }) {
  const intl = useIntl()
  const shown = useNow((now) => relativeText(intl, Math.min(at, now), now, 'short'))
  return <time title={utcText(at)}>{shown}</time>
}

export function Restarts({ connector }: { connector: Connector }) {
  const intl = useIntl()
  const health = healthOf(connector)
  return health === null ? <None /> : intl.formatNumber(health.restarts)
}

/** "6 d 4 h": the two largest units, cut off. */
export function Uptime({ connector }: { connector: Connector }) {
  const intl = useIntl()
  const shown = useNow((now) => {
    const ms = uptimeOf(connector, now)
    if (ms === null) return null
    const unit = (count: number, name: 'day' | 'hour' | 'minute' | 'second'): string =>
      intl.formatNumber(Math.floor(count), { style: 'unit', unit: name, unitDisplay: 'narrow' })
    if (ms < MINUTE) return unit(ms / 1_000, 'second')
    if (ms < HOUR) return unit(ms / MINUTE, 'minute')
    if (ms < DAY) return `${unit(ms / HOUR, 'hour')} ${unit((ms % HOUR) / MINUTE, 'minute')}`
    return `${unit(ms / DAY, 'day')} ${unit((ms % DAY) / HOUR, 'hour')}`
  })
  return shown === null ? <None /> : shown
}

const OPENAEV_KINDS: ReadonlySet<string> = new Set(['collector', 'injector', 'executor'])

/** What it is, in the reader's word where OpenAEV has one for it. */
export function Kind({ connector: { type, dated } }: { connector: Connector }) {
  const kind = type.toLowerCase()
  return !dated && OPENAEV_KINDS.has(kind) ? (
    <T id={`openaev.kind.${kind as 'collector' | 'injector' | 'executor'}`} />
  ) : (
    <ForeignText>{type}</ForeignText>
  )
}

/** The image's own name and its tag; where it comes from is in the title. */
export function Image({ image }: { image: string | null }) {
  if (image === null || image === '') return <None />
  const { name, tag } = imageParts(image)
  const short = name.split('/').at(-1) ?? name
  return (
    <span className={classes.image} title={image}>
      <ForeignText>{tag === null ? short : `${short}:${tag}`}</ForeignText>
    </span>
  )
}
