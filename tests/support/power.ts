import type { PowerEvent, PowerPort } from '../../electron/core/heartbeat/monitor.ts'

/** Sleep and network as the test says. */
export function createTestPower(): PowerPort & { tell(event: PowerEvent): void } {
  const listeners = new Set<(event: PowerEvent) => void>()
  let offline = false
  return {
    isOffline: () => offline,
    watch(heard) {
      listeners.add(heard)
      return () => void listeners.delete(heard)
    },
    tell(event) {
      if (event === 'offline' || event === 'online') offline = event === 'offline'
      for (const heard of listeners) heard(event)
    },
  }
}
