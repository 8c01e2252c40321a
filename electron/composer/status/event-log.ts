import type { Logger } from '#base/logger.ts'
import type { EngineEvent } from '../engine/events.ts'

const MOST_REMEMBERED = 10_000

/** Writes what the engine tells. A steady state is silent; the same fault is written once, not at each attempt. */
export function eventLog(log: Logger): (event: EngineEvent) => void {
  const said = new Map<string, string>()
  const news = (key: string, text: string): boolean => {
    if (said.get(key) === text) return false
    if (said.size >= MOST_REMEMBERED) said.clear()
    said.set(key, text)
    return true
  }
  return (event) => {
    const { platform, type, ...details } = event
    const record = { platform, ...details }
    switch (event.type) {
      case 'registered':
        said.delete(`${platform} registration`)
        log.info(record, 'registered with the platform')
        return
      case 'registration-failed':
        if (news(`${platform} registration`, event.message)) log.error(record, 'registration failed')
        return
      case 'cycle':
        if (said.delete(`${platform} cycle`)) log.info(record, 'reconciling again')
        else log.debug(record, 'reconciled')
        return
      case 'cycle-failed':
        if (news(`${platform} cycle`, event.message)) log.error(record, 'cannot reconcile')
        return
      case 'step':
        log.info(record, 'step done')
        return
      case 'step-failed':
        log.error(record, 'step failed')
        return
      case 'unusable':
        log.warn(record, 'connector cannot be deployed')
        return
      case 'removal-held':
        log.warn(record, 'the platform lists far fewer connectors; removals wait to be sure')
        return
      case 'gave-up':
        log.error(record, 'connector stopped in a crash loop')
        return
      case 'evidence':
        said.delete(`${platform} ${event.connectorId} ${event.what}`)
        log.trace(record, 'evidence sent')
        return
      case 'evidence-failed':
        if (news(`${platform} ${event.connectorId} ${event.what}`, event.message)) {
          log.warn(record, 'evidence not sent')
        }
        return
    }
  }
}
