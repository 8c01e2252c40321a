import { join } from 'node:path'
import { type Clock, systemClock } from '#base/clock.ts'
import { randomText } from '#base/crypto.ts'
import { KeyedQueue } from '#base/keyed-queue.ts'
import type { Logger } from '#base/logger.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import type { Database } from '#base/sqlite.ts'
import { LOCAL_CONNECTION_ID } from '#shared/contract/connections.ts'
import type { SystemInfo } from '#shared/contract/system.ts'
import { AboutService } from './about/about-service.ts'
import { PlatformAudit } from './activity/platform-audit.ts'
import { LocalPlatform } from './children/local-platform.ts'
import { ConnectionsService } from './connections/connections-service.ts'
import { ProfileStore } from './connections/profile-store.ts'
import { TokenVault } from './connections/token-vault.ts'
import { openConsoleDatabase } from './database.ts'
import { DiagnosticsService } from './diagnostics/diagnostics-service.ts'
import { userOfMachine } from './diagnostics/parts.ts'
import type { PowerPort } from './heartbeat/monitor.ts'
import { IncidentStore } from './incidents/incident-store.ts'
import { IncidentsService } from './incidents/incidents-service.ts'
import { LeakTriage } from './incidents/leak-triage.ts'
import { InventoryService } from './inventory/inventory-service.ts'
import { ReviewService } from './inventory/review/review-service.ts'
import { ReviewStore } from './inventory/review/review-store.ts'
import { openSnapshotDatabase } from './inventory/snapshot-database.ts'
import { SnapshotStore } from './inventory/snapshot-store.ts'
import { TombstoneStore } from './inventory/tombstone-store.ts'
import { type OpenedLedger, openLedger } from './ledger/ledger-database.ts'
import { LedgerHeads } from './ledger/ledger-heads.ts'
import { ledgerKeys } from './ledger/ledger-keys.ts'
import { LedgerService } from './ledger/ledger-service.ts'
import { NoticesService } from './notices/notices-service.ts'
import { recorded } from './ports/action-ledger.ts'
import type { SpawnChild } from './ports/child-process.ts'
import type { Clipboard } from './ports/clipboard.ts'
import { KEYCHAIN_SERVICE, keytarStore } from './ports/keytar-store.ts'
import { localKey } from './ports/local-key.ts'
import type { Notifier } from './ports/notifier.ts'
import type { SecretStore } from './ports/secret-store.ts'
import { profileSigner } from './ports/signer.ts'
import { LocalXtmOneService } from './registration/local-xtm-one.ts'
import { type ConsoleRouter, createRouter } from './router.ts'
import { createRunningConnectors } from './running-connectors.ts'
import { SettingsService } from './settings/settings-service.ts'
import { Mishaps } from './system/mishaps.ts'
import { SystemService } from './system/system-service.ts'
import { ClipboardGuard } from './tokens/clipboard-guard.ts'
import { FirstUseWatch, lastUseAt } from './tokens/first-use.ts'
import { RevealBox } from './tokens/reveal-box.ts'
import { TokenService } from './tokens/token-service.ts'
import { builtInReleases, type ReleaseSource } from './updates/release-source.ts'
import { SeenReleaseStore } from './updates/seen-store.ts'
import { UpdatesService } from './updates/updates-service.ts'
import { UpkeepService } from './upkeep/upkeep-service.ts'
import { UpkeepStore } from './upkeep/upkeep-store.ts'
import { createWatch } from './watch.ts'

/** What a host brings: what it is, where the profile lies, and what differs by machine. */
export interface ConsolePorts {
  readonly host: SystemInfo['host']
  readonly version: string
  /** languages of the user's system, best first, BCP 47 */
  readonly languages: string[]
  /** folder of this user's data, which the host holds for this process alone (`lockFolder`) */
  readonly profileFolder: string
  readonly logger: Logger
  /** folder of the built parts, with the list of what ships in each; left out where nothing was built */
  readonly builtFolder?: string
  /** null: the host has no desktop, so the page writes the clipboard itself */
  readonly clipboard: Clipboard | null
  /** the system's notifications; null: the host has no desktop */
  readonly notifier?: Notifier | null
  /** whether the system can be asked to start the host at login; false unless said otherwise */
  readonly canStartAtLogin?: boolean
  /** starts the embedded platform's entry */
  readonly spawnPlatform: SpawnChild
  /** starts the composer's entry as a child */
  readonly spawnComposer: SpawnChild
  /** what an empty embedded platform is filled with; demo users unless said otherwise */
  readonly platformSeed?: 'none' | 'demo'
  /** sleep and network of this machine; left out where the host does not know them */
  readonly power?: PowerPort
  readonly clock?: Clock
  /** a number in [0, 1) */
  readonly random?: () => number
  /** who announces releases; what was built in unless said otherwise */
  readonly releases?: ReleaseSource
  /** the system's keychain unless said otherwise */
  readonly secretStore?: SecretStore
}

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
 * Builds the console: each service once, in order.
 * @throws NewerDatabaseError when a newer console wrote the profile
 */
export function createConsole(ports: ConsolePorts): Console {
  const { profileFolder, logger, clock = systemClock, random = Math.random } = ports
  const os = operatingSystem(process.platform)
  const database = openConsoleDatabase(profileFolder)
  const { database: ledgerDatabase, setAside } = ledgerBeside(database, profileFolder, clock.now())
  const secretStore = ports.secretStore ?? keytarStore({ service: KEYCHAIN_SERVICE, os, clock })
  const keyFolder = join(profileFolder, 'keys')

  const settings = new SettingsService(database, logger)
  const heads = new LedgerHeads(keyFolder)
  const ledger = new LedgerService({
    database: ledgerDatabase,
    heads,
    keys: ledgerKeys(secretStore, keyFolder, heads),
    clock,
    logger,
  })
  if (setAside !== null) {
    logger.error({ setAside }, 'the ledger could not be read and was begun anew')
    recorded(ledger, 'ledger.set-aside', { name: setAside }, () => {}).catch(() => {})
  }
  const clipboard = new ClipboardGuard(ports.clipboard, clock)
  const revealBox = new RevealBox(clock)
  const profiles = new ProfileStore(database)
  const vault = new TokenVault(secretStore)
  const connections = new ConnectionsService({
    profiles,
    vault,
    ledger,
    clock,
  })
  const signer = profileSigner(secretStore, keyFolder)
  const ownerQueue = new KeyedQueue()
  const policy = () => settings.current.tokenPolicy
  const describe = (id: string) => connections.list.find((connection) => connection.id === id) ?? null
  const inventory = new InventoryService({
    platforms: connections,
    describe,
    ledger,
    clock,
    logger,
    snapshots: new SnapshotStore(openSnapshotDatabase(profileFolder, logger), logger),
    tombstones: new TombstoneStore(database),
    policy,
    unique: () => randomText(6),
  })
  const firstUse = new FirstUseWatch(clock, lastUseAt(connections), (seen) => {
    const { tokenId: id, connectionId, owner, name: token, lastFour } = seen
    notices.tellOfToken({ id, kind: 'first-used', connectionId, owner, token, lastFour, at: null })
  })
  const tokens = new TokenService({
    platforms: connections,
    ledger,
    revealBox,
    firstUse,
    memory: inventory,
    policy,
    clock,
    ownerQueue,
  })
  const localXtmOne = new LocalXtmOneService({
    database,
    secretStore,
    ledger,
    restart: async () => {
      if (settings.current.localPlatform) await localPlatform.restart()
    },
  })
  const incidents = new IncidentsService({
    platforms: connections,
    ledger,
    memory: inventory,
    store: new IncidentStore(database),
    clock,
    random,
    logger,
    ownerQueue,
    unique: () => randomText(12),
    signer,
  })
  const reviews = new ReviewService({
    platforms: connections,
    describe,
    fateOf: (connectionId, tokenId) => inventory.fateOf(connectionId, tokenId),
    store: new ReviewStore(database),
    signer,
    ledger,
    clock,
    unique: () => randomText(12),
  })
  const triage = new LeakTriage({
    platforms: connections,
    lists: inventory,
    incidents,
    ledger,
    clock,
    unique: () => randomText(12),
  })
  const localPlatform = new LocalPlatform({
    spawn: ports.spawnPlatform,
    clock,
    random,
    logger,
    dataFolder: join(profileFolder, 'platform'),
    seed: ports.platformSeed ?? 'demo',
    fetchKey: async () => (await localKey(secretStore, keyFolder, 'platform')).key,
    xtmOne: () => localXtmOne.forPlatform(),
    port: rememberedPort(database),
  })
  const notices = new NoticesService({
    settings,
    languages: ports.languages,
    notifier: ports.notifier ?? null,
    nameOf: (connectionId) => profiles.all().find(({ id }) => id === connectionId)?.name ?? null,
    clock,
  })
  const running = createRunningConnectors({
    profileFolder,
    keyFolder,
    database,
    connections,
    ledger,
    secretStore,
    spawnComposer: ports.spawnComposer,
    clock,
    random,
    logger,
  })
  const mishaps = new Mishaps(clock)
  const system = new SystemService(
    {
      version: ports.version,
      host: ports.host,
      os,
      languages: ports.languages,
      clipboard: ports.clipboard === null ? 'page' : 'system',
      canStartAtLogin: ports.canStartAtLogin ?? false,
    },
    secretStore,
    {
      localPlatform: localPlatform.status,
      clipboard: clipboard.status,
      ledger: ledger.status,
      mishaps: mishaps.live,
    },
  )

  const watch = createWatch({
    profileFolder,
    connections,
    isEmbeddedOn: () => settings.current.localPlatform,
    embeddedHealthKey: () => localPlatform.running.value?.healthAccessKey ?? null,
    ledger,
    secretStore,
    outside: notices,
    power: ports.power ?? null,
    clock,
    random,
    logger,
  })

  const upkeep = new UpkeepService({
    tokens,
    store: new UpkeepStore(database, logger),
    ledger,
    clock,
    random,
    logger,
    unique: () => randomText(12),
    tell: (news) => notices.tellOfToken(news),
    reachable: () =>
      connections.list.flatMap(({ id, kind, state }) =>
        kind === 'opencti' && state.phase === 'ready' ? [id] : [],
      ),
    // The embedded platform's own access is no token that is listed.
    endingOf: async (id) =>
      id === LOCAL_CONNECTION_ID ? null : connections.use(id, async ({ tokenEnding }) => tokenEnding),
  })

  const diagnostics = new DiagnosticsService({
    info: system.info,
    settings: () => settings.current,
    connections: () => connections.list,
    status: () => system.current,
    monitors: () => watch.heartbeat.status.value,
    verifyLedger: () => ledger.verify(),
    composer: () => running.composer.current,
    secrets: () => [...vault.held, ...secretsOf(localPlatform)],
    logFolder: join(profileFolder, 'logs'),
    ...userOfMachine(),
    clock,
  })

  const updates = new UpdatesService({
    source: ports.releases ?? builtInReleases(),
    isOn: () => settings.current.checkForUpdates,
    version: ports.version,
    machine: { platform: process.platform, arch: process.arch },
    store: new SeenReleaseStore(database),
    folder: join(profileFolder, 'updates'),
    clock,
    logger,
  })

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
    if (status.state === 'ready') {
      await ledger.reopen()
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
    await Promise.all([clipboard.clearNow(), children, inventory.dispose()])
    connections.dispose()
    notices.dispose()
    settings.dispose()
    system.dispose()
    ledgerDatabase.close()
    database.close()
  }

  const router = createRouter({
    system,
    mishaps,
    settings,
    connections,
    tokens,
    inventory,
    upkeep,
    ledger,
    platformAudit: new PlatformAudit(connections, clock),
    signer,
    incidents,
    triage,
    reviews,
    revealBox,
    firstUse,
    clipboard,
    composer: running.composer,
    connectors: running.connectors,
    registration: watch.registration,
    localXtmOne,
    heartbeat: watch.heartbeat,
    diagnostics,
    updates,
    about: new AboutService(ports.builtFolder ?? null),
    logger,
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

function ledgerBeside(opened: Database, profileFolder: string, now: number): OpenedLedger {
  try {
    return openLedger(profileFolder, now)
  } catch (error) {
    opened.close()
    throw error
  }
}

function operatingSystem(platform: NodeJS.Platform): SystemInfo['os'] {
  return platform === 'darwin' || platform === 'win32' ? platform : 'linux'
}

function embedded(localPlatform: LocalPlatform) {
  const running = localPlatform.running.value
  if (running !== null) return { phase: 'running', ...running } as const
  const { state } = localPlatform.status.value
  return { phase: state === 'starting' ? 'starting' : 'down' } as const
}

function secretsOf({ running }: LocalPlatform): Secret[] {
  return running.value === null ? [] : [running.value.adminToken, running.value.healthAccessKey]
}

/** The embedded platform keeps its address over restarts while nobody else takes the port. */
function rememberedPort(database: Database) {
  return {
    read(): number {
      const row = database.prepare('SELECT port FROM local_platform').get() as { port: number } | undefined
      return row?.port ?? 0
    },
    keep(port: number): void {
      database.prepare('INSERT OR REPLACE INTO local_platform (only, port) VALUES (1, ?)').run(port)
    },
  }
}
