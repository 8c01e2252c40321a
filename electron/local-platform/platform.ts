import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '#base/clock.ts'
import { newTokenValue, type RandomSource, systemRandom } from '#base/crypto.ts'
import { lockFolder } from '#base/folder-lock.ts'
import type { ChainVerdict } from '#base/hash-chain.ts'
import type { Logger } from '#base/logger.ts'
import type { PeerName, Seed, SeedSize } from '#base/platform-channel.ts'
import type { Secret } from '#base/secret.ts'
import type { Database } from '#base/sqlite.ts'
import { type AdminAccount, prepareAdmin } from './admin.ts'
import { recordCount } from './audit/audit-list.ts'
import { auditLog } from './audit/audit-log.ts'
import { openCtiRecord } from './audit/opencti-record.ts'
import { connectorSide } from './connector-side.ts'
import { catalogs as catalogsOf } from './connectors/catalog/catalogs.ts'
import type { Catalog } from './connectors/catalog/contract.ts'
import { connectorReports } from './connectors/connector-reports.ts'
import { connectorStore } from './connectors/connector-store.ts'
import { managerStore } from './connectors/manager-store.ts'
import { bestEffortWrites } from './database/best-effort.ts'
import { openPlatformDatabase } from './database/open.ts'
import { platformValues } from './database/platform-values.ts'
import { accountResolvers } from './graphql/account-resolvers.ts'
import { auditResolvers } from './graphql/audit-resolvers.ts'
import { graphqlServer } from './graphql/graphql-server.ts'
import { platformResolvers } from './graphql/platform-resolvers.ts'
import { registrationResolvers } from './graphql/registration-resolvers.ts'
import { securityResolvers } from './graphql/security-resolvers.ts'
import { sessionResolvers } from './graphql/session-resolvers.ts'
import { tokenResolvers } from './graphql/token-resolvers.ts'
import { userResolvers } from './graphql/user-resolvers.ts'
import { authFailures } from './http/auth-failures.ts'
import { authenticator } from './http/authenticate.ts'
import { healthCheck } from './http/health.ts'
import { httpServer } from './http/http-server.ts'
import { loggableError } from './http/loggable-error.ts'
import { peerReader } from './http/peer.ts'
import { newId } from './ids.ts'
import { restWhileServing } from './migration/batches.ts'
import { type Migration, migration } from './migration/migration.ts'
import { PEERS } from './peers/peer.ts'
import { plaintextTokens } from './peers/plaintext-tokens.ts'
import { confirmKey, platformKeys } from './platform-keys.ts'
import { seedDemo } from './seed/demo.ts'
import { LARGE, seedLarge } from './seed/large.ts'
import { loginBrake } from './sessions/login-brake.ts'
import { secondFactors } from './sessions/second-factor.ts'
import { sessionStore } from './sessions/session-store.ts'
import { BadConfigError } from './start-failure.ts'
import { lastUse } from './tokens/last-use.ts'
import { credentialFinder } from './tokens/no-credentials.ts'
import { tokenStore } from './tokens/token-store.ts'
import { tokenUsage } from './tokens/usage.ts'
import { tokenValidator } from './tokens/validator.ts'
import { accountDeeds } from './users/account-deeds.ts'
import { userStore } from './users/user-store.ts'
import type { XtmOneOptions } from './xtm-one/platform-registration.ts'
import { registrationSide } from './xtm-one/registration-side.ts'

export interface PlatformOptions {
  /** holds the database; made when missing, locked while the platform runs */
  readonly dataFolder: string
  /** platform key, at least 32 bytes; the same at every start on this folder */
  readonly key: Uint8Array
  readonly logger: Logger
  /** 0 = any free port (default) */
  readonly port?: number
  /** 127.0.0.1 unless told otherwise */
  readonly host?: string
  /** what a platform that has no user but the admin is filled with; default none */
  readonly seed?: Seed
  /** of the seed `large` */
  readonly seedSize?: Partial<SeedSize>
  /** the platform that this one stands for; `gatehouse` = itself (default) */
  readonly as?: PeerName
  /** whether a platform that stands for OpenCTI has an Enterprise Edition, and so an audit; default false */
  readonly enterprise?: boolean
  /** catalogues of connectors beside the built-in ones */
  readonly catalogs?: readonly Catalog[]
  /** PEM of the Enterprise Edition licence */
  readonly licencePem?: string | null
  /** how it registers with XTM One; not at all unless told */
  readonly xtmOne?: XtmOneOptions
  readonly admin?: AdminAccount
  /** null = `/health` answers nobody */
  readonly healthAccessKey?: string | null
  /** addresses and networks of reverse proxies whose forwarding headers count */
  readonly trustedProxies?: readonly string[]
  /** ms between no longer ready and no longer listening, for load balancers to notice; default 0 */
  readonly shutdownDelayMs?: number
  readonly clock?: Clock
  readonly random?: RandomSource
}

export interface Platform {
  /** base address without a slash at its end, for instance `http://127.0.0.1:4000` */
  readonly url: string
  /**
   * Acts as the admin for the process that made this platform. It exists in memory only and ends with the platform: it is
   * in no file and in no list (docs/decisions/0010).
   */
  readonly consoleToken: Secret
  /** The migration of legacy plaintext tokens, run beside the requests. */
  readonly migration: Migration
  /** Walks the audit's chain. */
  verifyAudit(): ChainVerdict
  /** Lets running requests end, writes what waits, closes the database and lets the folder go. Twice is no harm. */
  stop(): Promise<void>
}

/** How long running requests may take once the platform stops. */
const DRAIN_MS = 2_000
const LEAST_KEY_BYTES = 32
const TITLE = 'Local platform'

/**
 * Starts a platform in this process: real SQLite, real HTTP. The entry (main.ts) and the tests use it alike; a test gives a
 * driven clock and moves it (31 days on, and a token of 30 days answers AUTH_REQUIRED).
 *
 *     const platform = await createPlatform({ dataFolder, key: randomBytes(32), logger, clock, seed: 'demo' })
 *     fetch(`${platform.url}/graphql`, …)   // Bearer: platform.consoleToken.expose(), or a token it generated
 *     await platform.stop()
 *
 * Runs under vitest or bundled, because the schema is imported as text.
 * @throws FolderBusyError, WrongKeyError, NewerDatabaseError, BadConfigError, or the system's own error (startFailure)
 */
export async function createPlatform(options: PlatformOptions): Promise<Platform> {
  if (options.key.length < LEAST_KEY_BYTES)
    throw new BadConfigError(
      `The encryption key has ${options.key.length} bytes, it needs ${LEAST_KEY_BYTES}`,
    )
  const releaseFolder = lockFolder(options.dataFolder)
  let database: Database | null = null
  try {
    database = openPlatformDatabase(options.dataFolder)
    return await startOn(database, options, releaseFolder)
  } catch (error) {
    database?.close()
    releaseFolder()
    throw error
  }
}

async function startOn(
  database: Database,
  options: PlatformOptions,
  releaseFolder: () => void,
): Promise<Platform> {
  const { key, logger, clock = systemClock, random = systemRandom, enterprise = false } = options
  const peer = PEERS[options.as ?? 'gatehouse']
  const values = platformValues(database)
  const keys = platformKeys(key)
  confirmKey(keys, values)

  // Before there is any user, which is what tells a new platform from one that has lived.
  const audit = auditLog(database, keys.audit)
  const users = userStore(database)
  const tokens = tokenStore(database, keys, audit, random, { keepsRevoked: peer.extensions })
  const writes = bestEffortWrites(database, logger)
  const sessions = sessionStore(database, random, writes)
  const usage = peer.extensions ? tokenUsage(database, clock, writes) : lastUse(database, writes)
  const factors = secondFactors(database, keys.secondFactor, random)
  const credentials = credentialFinder(database, keys.token)
  const accounts = accountDeeds({ database, audit, users, sessions, factors, credentials, random })
  const connectors = connectorStore(database)
  const managers = managerStore(database)
  const reports = connectorReports(database)
  const catalogs = catalogsOf(options.catalogs ?? [], peer.extensions)
  const failures = authFailures(clock.now())
  const plaintext = peer.apiTokens ? null : plaintextTokens(database, keys, random)
  const account = options.admin ?? {}
  const admin = await prepareAdmin(
    { database, users, tokens, random },
    plaintext ? { ...account, token: undefined } : account,
    clock.now(),
  )
  if (users.count() === 1) {
    const now = clock.now()
    const demo = { database, users, tokens, connectors, managers, reports, catalogs, random, peer }
    if (options.seed === 'demo') seedDemo(demo, now)
    if (options.seed === 'large') {
      const size = { ...LARGE, ...definedOnly(options.seedSize) }
      seedLarge({ database, keys, users, random, withTokens: peer.apiTokens }, size, now)
    }
  }
  if (plaintext) {
    if (account.token) plaintext.set(admin, account.token.expose(), clock.now())
    plaintext.giveAll(clock.now())
  }

  const connectorParts = connectorSide({
    database,
    audit,
    users,
    accounts,
    tokens,
    connectors,
    managers,
    credentials,
    plaintext,
    peer,
    enterprise,
    title: TITLE,
    xtmOneUrl:
      options.xtmOne?.configuration.state === 'active'
        ? options.xtmOne.configuration.configuration.url
        : null,
    reports,
    catalogs,
    clock,
    random,
  })

  const consoleToken = newTokenValue(random).secret
  const facts = { id: valueOnce(values, 'id', () => newId(random)), createdAt: admin.created_at }
  let url = ''
  const { registration, edition } = registrationSide({
    dataFolder: options.dataFolder,
    options: options.xtmOne,
    database,
    values,
    keys,
    users,
    tokens,
    admin,
    adminToken: account.token ?? null,
    peer,
    enterprise,
    licencePem: options.licencePem ?? null,
    facts: { ...facts, title: TITLE, url: () => url },
    clock,
    random,
    logger,
  })
  const graphql = graphqlServer(
    [
      userResolvers({ database, users, tokens, usage, sessions, factors, plaintext }),
      accountResolvers({ users, accounts }),
      auditResolvers({
        database,
        users,
        beyond: peer.extensions ? 0 : unrecorded(values, enterprise, () => recordCount(database)),
        raw: peer.extensions ? ({ body }) => body : openCtiRecord,
      }),
      ...connectorParts.resolvers,
      securityResolvers(failures),
      registrationResolvers(registration),
      tokenResolvers({ tokens, users }),
      sessionResolvers({ sessions, users, accounts, factors, failures, brake: loginBrake() }),
      platformResolvers({
        ...facts,
        title: TITLE,
        version: peer.version,
        edition,
        modules: () => (peer.apiTokens ? [registration.module()] : []),
        adminEmail: admin.user_email,
        url: () => url,
      }),
    ],
    peer,
    (error) => logger.error({ event: 'graphql.unexpected', error: loggableError(error) }, 'Unexpected error'),
  )
  const health = healthCheck(options.healthAccessKey ?? null, () => values.read('id'))
  const server = httpServer({
    graphql,
    openAev: connectorParts.openAev,
    clock,
    logger,
    peer: peerReader(options.trustedProxies ?? []),
    authenticator: authenticator({
      validate: tokenValidator(database, keys.token),
      usage,
      sessions,
      failures,
      logger,
      console: { token: consoleToken, user: () => users.byRow(admin.row) },
    }),
    health,
    chatbot: peer.apiTokens ? () => registration.chatbot(edition(clock.now()).validated) : null,
    explains: peer.extensions,
  })
  const migrating = migration({
    database,
    keys,
    audit,
    dataFolder: options.dataFolder,
    tempo: { clock, rest: restWhileServing },
  })
  warnOfPlaintext(migrating, logger)
  try {
    url = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  } catch (error) {
    await registration.stop()
    throw error
  }
  registration.start()

  logger.info({ event: 'platform.started', url }, 'The platform is ready')

  const leave = async (): Promise<void> => {
    health.stopping()
    logger.info({ event: 'platform.stopping' }, 'The platform stops')
    await pause(clock, options.shutdownDelayMs ?? 0)
    await Promise.all([drain(server, clock), migrating.stop(), registration.stop()])
  }
  let stopping: Promise<void> | null = null
  return {
    url,
    consoleToken,
    migration: migrating,
    verifyAudit: () => audit.verify(),
    stop: () => {
      stopping ??= leave().then(() => {
        usage.stop()
        sessions.stop(clock.now())
        database.close()
        releaseFolder()
        logger.info({ event: 'platform.stopped' }, 'The platform has stopped')
      })
      return stopping
    },
  }
}

/** Without what is given as undefined, which would hide a default. */
function definedOnly<Size extends object>(size: Size | undefined): Size {
  return Object.fromEntries(Object.entries(size ?? {}).filter(([, value]) => value !== undefined)) as Size
}

/** OpenCTI records from the moment on at which it has an Enterprise Edition: how many records are older; null = all. */
function unrecorded(
  values: ReturnType<typeof platformValues>,
  enterprise: boolean,
  records: () => number,
): number | null {
  const name = 'records_before_enterprise'
  if (enterprise) return Number(valueOnce(values, name, () => String(records())))
  values.remove(name)
  return null
}

/** Plaintext is never kept silently: each start says how much of it there is. */
function warnOfPlaintext({ status }: Migration, logger: Logger): void {
  const { total, waiting } = status()
  if (total > 0)
    logger.warn(
      { event: 'legacy.plaintext', tokens: total, waiting },
      `${total} legacy tokens are kept in plaintext, ${waiting} of them not migrated yet; run "migrate", then "migrate --finalize"`,
    )
}

function valueOnce(values: ReturnType<typeof platformValues>, name: string, make: () => string): string {
  const kept = values.read(name)
  if (kept !== null) return kept
  const value = make()
  values.write(name, value)
  return value
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const { address, family, port: taken } = server.address() as AddressInfo
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`)
    })
  })
}

/** Nothing to wait for is no turn of the loop either. */
function pause(clock: Clock, ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve))
}

function drain(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(DRAIN_MS, () => server.closeAllConnections())
    server.close(() => {
      cancel()
      resolve()
    })
    server.closeIdleConnections()
  })
}
