import { ProblemError } from '#base/problem-error.ts'
import { LOCAL_CONNECTION_ID } from '#shared/contract/connections.ts'
import type { LocalPlatform } from './children/local-platform.ts'
import type { ConsolePorts } from './console-ports.ts'
import { createServices } from './console-services.ts'
import type { NoticesService } from './notices/notices-service.ts'
import { type ConsoleRouter, createRouter } from './router.ts'
import type { SettingsService } from './settings/settings-service.ts'

export interface Console {
  readonly router: ConsoleRouter
  readonly settings: Pick<SettingsService, 'current' | 'change' | 'onChange'>
  /** what is said outside the window, in the reader's language */
  readonly notices: Pick<NoticesService, 'tray' | 'words'>
  /** Brings up keychain, embedded platform and connections behind it; `system.watch` tells how far they are. */
  start(): Promise<void>
  /** Nothing is announced for so many ms from now on; null ends that. */
  mute(ms: number | null): void
  /** The window's page ended and is being loaded again. */
  pageEnded(cause: 'crash' | 'memory' | 'frozen'): void
  /** The window's graphics process ended and was started again. */
  graphicsEnded(): void
  /** The window got the focus: tries again to clear a clipboard that could not be read without it. */
  focused(): void
  /** Ends streams, clears the clipboard if it is ours, ends the child, closes the databases. Safe to repeat. */
  dispose(): Promise<void>
}

/**
 * The console: its services, tied together, behind one router.
 * @throws NewerDatabaseError when a newer console wrote the profile
 */
export function createConsole(ports: ConsolePorts): Console {
  const services = createServices(ports)
  const {
    settings,
    connections,
    inventory,
    upkeep,
    updates,
    localPlatform,
    mishaps,
    running,
    reviews,
    firstUse,
    watch,
    system,
    ledger,
    revealBox,
    triage,
    incidents,
    clipboard,
    notices,
    logger,
  } = services

  const unsubscribe = [
    localPlatform.status.subscribe(() => connections.embed(embedded(localPlatform))),
    mishaps.noteReturns('local-platform', localPlatform.status),
    mishaps.noteReturns('composer', running.composerState),
    settings.onChange(() => applySettings()),
    settings.onChange(() => inventory.follow()),
    settings.onChange(() => updates.follow()),
    connections.onChange(() => upkeep.look()),
    connections.onRemoved((removed) => {
      if (settings.current.activeConnectionId === removed.id)
        settings.change({ activeConnectionId: LOCAL_CONNECTION_ID })
      void inventory.forget(removed.id)
      reviews.forget(removed.id)
      upkeep.forget(removed.id)
      firstUse.forget(removed.id)
      watch.forget(removed)
      running.forget(removed.id)
    }),
  ]
  let platformWanted = false
  function applySettings(): void {
    if (settings.current.localPlatform === platformWanted) return
    platformWanted = settings.current.localPlatform
    if (platformWanted) localPlatform.start()
    else void localPlatform.stop()
    watch.follow()
  }

  async function recheckKeychain() {
    const status = await system.checkKeychain()
    // Its key may be in a file, which somebody put back.
    await ledger.reopen()
    if (status.state === 'ready') {
      if (localPlatform.status.value.state === 'failed') localPlatform.start()
      void connections.testAdded({ onlyKeychain: true })
      void running.composer.follow()
    }
    return status
  }

  let ending: Promise<void> | null = null
  async function end(): Promise<void> {
    for (const step of unsubscribe) step()
    revealBox.clear()
    triage.clear()
    firstUse.dispose()
    watch.dispose()
    incidents.dispose()
    upkeep.dispose()
    updates.dispose()
    // The composer first: it tells the platform what its last steps did.
    const children = running.dispose().then(() => localPlatform.stop())
    await Promise.all([clipboard.clearNow(), children, inventory.dispose(), reviews.dispose()])
    connections.dispose()
    notices.dispose()
    settings.dispose()
    system.dispose()
    services.ledgerDatabase.close()
    services.database.close()
  }

  const router = createRouter({
    ...services,
    composer: running.composer,
    connectors: running.connectors,
    registration: watch.registration,
    heartbeat: watch.heartbeat,
    recheckKeychain,
    async restartLocalPlatform() {
      if (!settings.current.localPlatform) throw new ProblemError('local-platform-down')
      await localPlatform.restart()
    },
    stopping: () => ending !== null,
  })

  return {
    router,
    settings,
    notices,
    async start() {
      applySettings()
      watch.start()
      upkeep.start()
      updates.start()
      void reviews.start()
      running.composer
        .start()
        .catch((error: unknown) => logger.error({ err: error }, 'the composer cannot be followed'))
      ledger.verify().catch((error: unknown) => logger.error({ err: error }, 'the ledger cannot be verified'))
      incidents
        .start()
        .catch((error: unknown) => logger.error({ err: error }, 'the incidents could not be taken up'))
      const tested = system.checkKeychain().then(() => connections.testAdded({ onlyKeychain: false }))
      tested.catch((error: unknown) => logger.error({ err: error }, 'the connections could not be tested'))
    },
    mute: (ms) => watch.heartbeat.mute(ms),
    pageEnded(cause) {
      mishaps.note('page', cause, revealBox.holds)
      // SECURITY: whoever could show these values is gone.
      revealBox.clear()
    },
    graphicsEnded: () => mishaps.note('graphics', 'crash'),
    focused: () => void clipboard.retry(),
    dispose() {
      ending ??= end()
      return ending
    },
  }
}

function embedded(localPlatform: LocalPlatform) {
  const running = localPlatform.running.value
  if (running !== null) return { phase: 'running', ...running } as const
  const { state } = localPlatform.status.value
  return { phase: state === 'starting' ? 'starting' : 'down' } as const
}
