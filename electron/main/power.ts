import type { PowerEvent, PowerPort } from '../core/heartbeat/monitor.ts'

/** What it needs of Electron's `powerMonitor` and `net`. */
export interface PowerSources {
  readonly powerMonitor: {
    on(event: 'suspend' | 'resume', heard: () => void): unknown
    off(event: 'suspend' | 'resume', heard: () => void): unknown
  }
  isOnline(): boolean
  /** Runs `task` every `ms`; the returned function ends that. */
  every(ms: number, task: () => void): () => void
}

/** Electron tells the main process nothing when the network comes or goes, so it is asked: a flag of Chromium's, no packet. */
const ASK_EVERY_MS = 10_000

/** Sleep and network as Electron knows them (H-01). */
export function electronPower({ powerMonitor, isOnline, every }: PowerSources): PowerPort {
  return {
    isOffline: () => !isOnline(),
    watch(heard) {
      let wasOnline = isOnline()
      const ask = (): void => {
        const online = isOnline()
        if (online === wasOnline) return
        wasOnline = online
        heard(online ? 'online' : 'offline')
      }
      const tell = (event: PowerEvent) => (): void => heard(event)
      const suspend = tell('suspend')
      const resume = tell('resume')
      powerMonitor.on('suspend', suspend)
      powerMonitor.on('resume', resume)
      const cancel = every(ASK_EVERY_MS, ask)
      return () => {
        powerMonitor.off('suspend', suspend)
        powerMonitor.off('resume', resume)
        cancel()
      }
    },
  }
}
