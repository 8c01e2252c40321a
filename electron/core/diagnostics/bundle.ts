import { messageOf } from '#base/problem-error.ts'
import { type Known, Mask } from './mask.ts'

export const BUNDLE_FORMAT = 'gatehouse-diagnostics/1'

/** Where a part comes from. One that fails costs its own part: the bundle is for when things are broken. */
export type DiagnosticsSources = Readonly<Record<string, () => unknown>>

export interface Bundle {
  readonly fileName: string
  /** JSON: format, time, parts by name; a part that could not be read is `{ failed: … }` */
  readonly text: string
}

/**
 * A file that a user can send to somebody (S-10): what `sources` give, every string of it and every key masked.
 * @param now ms since the epoch
 */
export async function makeBundle(sources: DiagnosticsSources, known: Known, now: number): Promise<Bundle> {
  const parts: Record<string, unknown> = {}
  for (const [name, gather] of Object.entries(sources)) {
    try {
      parts[name] = await gather()
    } catch (error) {
      parts[name] = { failed: messageOf(error) }
    }
  }
  const mask = new Mask(known)
  mapText(parts, (text) => {
    mask.study(text)
    return text
  })
  const madeAt = new Date(now).toISOString()
  for (const name of Object.keys(parts)) parts[name] = mapText(parts[name], (text) => mask.apply(text))
  return {
    fileName: `gatehouse-diagnostics-${madeAt.replaceAll(/[:.]/g, '-')}.json`,
    text: `${JSON.stringify({ format: BUNDLE_FORMAT, madeAt, parts }, null, 2)}\n`,
  }
}

/** A copy of `value` as JSON knows it, with each string and each key of it gone through `change`. */
function mapText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((one) => mapText(one, change))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), mapText(one, change)]))
}
