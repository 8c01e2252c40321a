import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { randomText } from '#base/crypto.ts'
import { KeyedQueue } from '#base/keyed-queue.ts'
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
import type { ConsolePorts } from './console-ports.ts'
import { openConsoleDatabase } from './database.ts'
import { DiagnosticsService } from './diagnostics/diagnostics-service.ts'
import { userOfMachine } from './diagnostics/parts.ts'
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
import { KEYCHAIN_SERVICE, keytarStore } from './ports/keytar-store.ts'
import { localKey } from './ports/local-key.ts'
import { profileSigner } from './ports/signer.ts'
import { LocalXtmOneService } from './registration/local-xtm-one.ts'
import { createRunningConnectors } from './running-connectors.ts'
import { SettingsService } from './settings/settings-service.ts'
import { Mishaps } from './system/mishaps.ts'
import { SystemService } from './system/system-service.ts'
import { ClipboardGuard } from './tokens/clipboard-guard.ts'
import { FirstUseWatch, lastUseAt } from './tokens/first-use.ts'
import { RevealBox } from './tokens/reveal-box.ts'
import { TokenService } from './tokens/token-service.ts'
import { builtInReleases } from './updates/release-source.ts'
import { SeenReleaseStore } from './updates/seen-store.ts'
import { UpdatesService } from './updates/updates-service.ts'
import { UpkeepService } from './upkeep/upkeep-service.ts'
import { UpkeepStore } from './upkeep/upkeep-store.ts'
import { createWatch } from './watch.ts'

/**
 * Builds what the console is made of: each service once, in order, none of them started.
 * @throws NewerDatabaseError when a newer console wrote the profile
 */
export function createServices(ports: ConsolePorts) {
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

  return {
    database,
    ledgerDatabase,
    settings,
    ledger,
    clipboard,
    revealBox,
    connections,
    signer,
    inventory,
    firstUse,
    tokens,
    localXtmOne,
    incidents,
    reviews,
    triage,
    localPlatform,
    notices,
    running,
    mishaps,
    system,
    watch,
    upkeep,
    diagnostics,
    updates,
    platformAudit: new PlatformAudit(connections, clock),
    about: new AboutService(ports.builtFolder ?? null),
    logger,
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
