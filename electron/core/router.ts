import { implement, ORPCError } from '@orpc/server'
import type { Logger } from '#base/logger.ts'
import { asProblem, messageOf, ProblemError } from '#base/problem-error.ts'
import { Secret } from '#base/secret.ts'
import { storageFault } from '#base/sqlite.ts'
import { contract } from '#shared/contract/index.ts'
import { jsonText } from '#shared/domain/json-text.ts'
import type { AboutService } from './about/about-service.ts'
import type { PlatformAudit } from './activity/platform-audit.ts'
import { authFailuresOf } from './clients/opencti/auth-failures.ts'
import type { ComposerService } from './composer/composer-service.ts'
import type { ConnectionsService } from './connections/connections-service.ts'
import type { ConnectorsService } from './connectors/connectors-service.ts'
import type { DiagnosticsService } from './diagnostics/diagnostics-service.ts'
import type { HeartbeatService } from './heartbeat/heartbeat-service.ts'
import type { IncidentsService } from './incidents/incidents-service.ts'
import type { LeakTriage } from './incidents/leak-triage.ts'
import type { InventoryService } from './inventory/inventory-service.ts'
import type { ReviewService } from './inventory/review/review-service.ts'
import type { LedgerService } from './ledger/ledger-service.ts'
import type { Signer } from './ports/signer.ts'
import type { LocalXtmOneService } from './registration/local-xtm-one.ts'
import type { RegistrationService } from './registration/registration-service.ts'
import type { SettingsService } from './settings/settings-service.ts'
import type { Mishaps } from './system/mishaps.ts'
import type { SystemService } from './system/system-service.ts'
import type { ClipboardGuard } from './tokens/clipboard-guard.ts'
import type { FirstUseWatch } from './tokens/first-use.ts'
import { AnswerLostError, ExpiryDiffersError } from './tokens/generation-errors.ts'
import type { RevealBox } from './tokens/reveal-box.ts'
import type { TokenService } from './tokens/token-service.ts'
import type { UpdatesService } from './updates/updates-service.ts'
import type { UpkeepService } from './upkeep/upkeep-service.ts'

export interface Services {
  readonly system: SystemService
  readonly mishaps: Mishaps
  readonly settings: SettingsService
  readonly connections: ConnectionsService
  readonly tokens: TokenService
  readonly inventory: InventoryService
  readonly upkeep: UpkeepService
  readonly ledger: LedgerService
  readonly platformAudit: PlatformAudit
  readonly signer: Signer
  readonly incidents: IncidentsService
  readonly triage: LeakTriage
  readonly reviews: ReviewService
  readonly revealBox: RevealBox
  readonly firstUse: FirstUseWatch
  readonly clipboard: ClipboardGuard
  readonly composer: ComposerService
  readonly connectors: ConnectorsService
  readonly registration: RegistrationService
  readonly localXtmOne: LocalXtmOneService
  readonly heartbeat: HeartbeatService
  readonly diagnostics: DiagnosticsService
  readonly about: AboutService
  readonly updates: UpdatesService
  readonly logger: Logger
  readonly recheckKeychain: SystemService['checkKeychain']
  readonly restartLocalPlatform: () => Promise<void>
  /** true from the moment the console begins to end */
  readonly stopping: () => boolean
}

/** The contract implemented, one line a procedure; the work is done by the services. */
export function createRouter(services: Services) {
  const {
    system,
    settings,
    connections,
    tokens,
    inventory,
    upkeep,
    incidents,
    revealBox,
    clipboard,
    composer,
    connectors,
    registration,
    heartbeat,
    ledger,
    logger,
  } = services

  const os = implement(contract).use(async ({ next, path }) => {
    try {
      if (services.stopping()) throw new ProblemError('stopping')
      return await next()
    } catch (error) {
      throw atTheBoundary(error, path.join('.'), logger)
    }
  })

  return os.router({
    system: {
      info: os.system.info.handler(() => system.info),
      watch: os.system.watch.handler(({ signal }) => system.watch(signal)),
      recheckKeychain: os.system.recheckKeychain.handler(() => services.recheckKeychain()),
      authFailures: os.system.authFailures.handler(async ({ input }) =>
        authFailuresOf(await connections.client(input.connectionId), input.first),
      ),
      restartLocalPlatform: os.system.restartLocalPlatform.handler(() => services.restartLocalPlatform()),
      dismissMishaps: os.system.dismissMishaps.handler(() => services.mishaps.dismiss()),
    },
    settings: {
      watch: os.settings.watch.handler(({ signal }) => settings.watch(signal)),
      change: os.settings.change.handler(({ input }) => settings.change(input)),
    },
    connections: {
      watch: os.connections.watch.handler(({ signal }) => connections.watch(signal)),
      probe: os.connections.probe.handler(({ input }) => connections.probe(input)),
      add: os.connections.add.handler(({ input }) =>
        connections.add({ ...input, token: new Secret(input.token) }),
      ),
      rename: os.connections.rename.handler(({ input }) => connections.rename(input.id, input.name)),
      setToken: os.connections.setToken.handler(({ input }) =>
        connections.setToken(input.id, new Secret(input.token), input.remember),
      ),
      test: os.connections.test.handler(({ input }) => connections.test(input.id)),
      remove: os.connections.remove.handler(({ input }) => connections.remove(input.id)),
    },
    tokens: {
      users: os.tokens.users.handler(({ input }) => tokens.users(input)),
      ofUser: os.tokens.ofUser.handler(({ input }) => tokens.ofUser(input)),
      generate: os.tokens.generate.handler(async ({ input, errors }) => {
        try {
          return await tokens.generate(input)
        } catch (error) {
          if (error instanceof AnswerLostError) {
            const { userId, orphans, checked, known } = error
            throw errors.ANSWER_LOST({ data: { userId, orphans, checked, known } })
          }
          if (error instanceof ExpiryDiffersError) {
            throw errors.EXPIRY_DIFFERS({ data: { userId: error.userId, token: error.token } })
          }
          throw error
        }
      }),
      // SECURITY: the one place where a value leaves the core, to the dialog that shows it once.
      reveal: os.tokens.reveal.handler(({ input }) => ({ value: revealBox.reveal(input.revealId).expose() })),
      copy: os.tokens.copy.handler(async ({ input }) => ({
        clearsAt: await clipboard.copy(
          revealBox.forCopy(input.revealId),
          settings.current.clipboardClearSeconds,
        ),
      })),
      seal: os.tokens.seal.handler(({ input }) => tokens.seal(input.revealId, input.recipient)),
      firstUses: os.tokens.firstUses.handler(({ signal }) => services.firstUse.live.watch(signal)),
      forget: os.tokens.forget.handler(({ input }) => revealBox.forget(input.revealId)),
      revoke: os.tokens.revoke.handler(({ input }) => tokens.revoke(input)),
      killSession: os.tokens.killSession.handler(({ input }) => tokens.killSession(input)),
      killSessions: os.tokens.killSessions.handler(({ input }) => tokens.killSessions(input)),
    },
    connectors: {
      watch: os.connectors.watch.handler(({ input, signal }) => connectors.watch(input.connectionId, signal)),
      refresh: os.connectors.refresh.handler(({ input }) => connectors.refresh(input.connectionId)),
      timeline: os.connectors.timeline.handler(({ input, signal }) => connectors.timeline(input, signal)),
      logs: os.connectors.logs.handler(({ input, signal }) => connectors.logs(input, signal)),
      start: os.connectors.start.handler(({ input }) => connectors.request(input, 'starting')),
      stop: os.connectors.stop.handler(({ input }) => connectors.request(input, 'stopping')),
    },
    composer: {
      watch: os.composer.watch.handler(({ signal }) => composer.watch(signal)),
      save: os.composer.save.handler(({ input }) =>
        composer.save(input.settings, {
          token: secretOf(input.secrets.token),
          portainerKey: secretOf(input.secrets.portainerKey),
          registryPassword: secretOf(input.secrets.registryPassword),
        }),
      ),
      restart: os.composer.restart.handler(() => composer.restart()),
      confirmRemovals: os.composer.confirmRemovals.handler(() => composer.confirmRemovals()),
      lookForDocker: os.composer.lookForDocker.handler(() => composer.lookForDocker()),
    },
    incidents: {
      preview: os.incidents.preview.handler(({ input }) =>
        incidents.preview(input.connectionId, input.targets),
      ),
      previewUser: os.incidents.previewUser.handler(({ input: { connectionId, userId } }) =>
        incidents.preview(connectionId, [{ userId, tokenIds: null }]),
      ),
      revoke: os.incidents.revoke.handler(({ input }) => incidents.revoke(input)),
      contain: os.incidents.contain.handler(({ input }) => incidents.contain(input)),
      watch: os.incidents.watch.handler(({ signal }) => incidents.watch(signal)),
      follow: os.incidents.follow.handler(({ input, signal }) => incidents.follow(input.id, signal)),
      stop: os.incidents.stop.handler(({ input }) => incidents.stop(input.id)),
      resume: os.incidents.resume.handler(({ input }) => incidents.resume(input.id)),
      retry: os.incidents.retry.handler(({ input }) => incidents.retry(input.id, input.appeared)),
      rescan: os.incidents.rescan.handler(({ input }) => incidents.rescan(input.id)),
      probe: os.incidents.probe.handler(({ input }) => incidents.probe(input.id, new Secret(input.token))),
      report: os.incidents.report.handler(({ input }) => incidents.report(input.id, input.format)),
      results: os.incidents.results.handler(({ input }) => incidents.results(input.id, input.format)),
      reportKey: os.incidents.reportKey.handler(() => incidents.reportKey()),
    },
    triage: {
      identify: os.triage.identify.handler(({ input }) =>
        services.triage.identify(
          input.connectionId,
          input.values.map((value) => new Secret(value)),
        ),
      ),
      revoke: os.triage.revoke.handler(({ input }) => services.triage.revoke(input)),
      forget: os.triage.forget.handler(({ input }) => services.triage.forget(input.id)),
    },
    review: {
      list: os.review.list.handler(({ input }) => services.reviews.list(input.connectionId)),
      begin: os.review.begin.handler(({ input }) => services.reviews.begin(input.connectionId)),
      owners: os.review.owners.handler(({ input }) => services.reviews.owners(input)),
      decide: os.review.decide.handler(({ input }) => services.reviews.decide(input)),
      finish: os.review.finish.handler(({ input }) => services.reviews.finish(input.id)),
      discard: os.review.discard.handler(({ input }) => services.reviews.discard(input.id)),
      toRevoke: os.review.toRevoke.handler(({ input }) => services.reviews.toRevoke(input.id)),
      report: os.review.report.handler(({ input }) => services.reviews.report(input.id, input.format)),
    },
    upkeep: {
      watch: os.upkeep.watch.handler(({ signal }) => upkeep.watch(signal)),
      revokeIn: os.upkeep.revokeIn.handler(({ input }) => upkeep.revokeIn(input)),
      cancelTimer: os.upkeep.cancelTimer.handler(({ input }) => upkeep.cancelTimer(input.id)),
      rotate: os.upkeep.rotate.handler(({ input }) => upkeep.rotate(input)),
      checkRotation: os.upkeep.checkRotation.handler(({ input }) => upkeep.checkRotation(input.id)),
      finishRotation: os.upkeep.finishRotation.handler(({ input }) => upkeep.finishRotation(input.id)),
      stopRotation: os.upkeep.stopRotation.handler(({ input }) => upkeep.stopRotation(input.id)),
      remind: os.upkeep.remind.handler(({ input }) => upkeep.remind(input)),
      dismiss: os.upkeep.dismiss.handler(({ input }) => upkeep.dismiss(input.id)),
    },
    inventory: {
      watch: os.inventory.watch.handler(({ input, signal }) => inventory.watch(input.connectionId, signal)),
      rows: os.inventory.rows.handler(({ input }) =>
        jsonText(inventory.rows(input.connectionId, input.cursor)),
      ),
      refresh: os.inventory.refresh.handler(({ input }) => inventory.refresh(input.connectionId)),
      retryFailed: os.inventory.retryFailed.handler(({ input }) => inventory.retryFailed(input.connectionId)),
      cancel: os.inventory.cancel.handler(({ input }) => inventory.cancel(input.connectionId)),
      tombstones: os.inventory.tombstones.handler(({ input }) => inventory.tombstones(input)),
      snapshots: os.inventory.snapshots.handler(({ input }) => inventory.snapshots(input.connectionId)),
      diff: os.inventory.diff.handler(({ input }) => inventory.diff(input)),
      export: os.inventory.export.handler(({ input }) => inventory.export(input)),
    },
    registration: {
      watch: os.registration.watch.handler(({ input, signal }) =>
        registration.watch(input.connectionId, signal),
      ),
      refresh: os.registration.refresh.handler(({ input }) => registration.refresh(input.connectionId)),
      registerNow: os.registration.registerNow.handler(({ input }) =>
        registration.registerNow(input.connectionId),
      ),
      day: os.registration.day.handler(({ input }) => registration.day(input.connectionId, input.until)),
      openAev: os.registration.openAev.handler(({ input }) => registration.readOpenAev(input.connectionId)),
      local: os.registration.local.handler(() => services.localXtmOne.current()),
      setLocal: os.registration.setLocal.handler(({ input }) =>
        services.localXtmOne.change(input, input.token === null ? null : new Secret(input.token)),
      ),
    },
    heartbeat: {
      watch: os.heartbeat.watch.handler(({ signal }) => heartbeat.watch(signal)),
      history: os.heartbeat.history.handler(({ input }) =>
        heartbeat.history(input.monitorId, input.range, input.until),
      ),
      incidents: os.heartbeat.incidents.handler(({ input }) =>
        heartbeat.incidents(input.before, input.limit, input.connectionId),
      ),
      journal: os.heartbeat.journal.handler(({ input }) =>
        heartbeat.journal(input.before, input.limit, input.connectionId),
      ),
      lookNow: os.heartbeat.lookNow.handler(({ input }) => heartbeat.lookNow(input.monitorId)),
      keepQuiet: os.heartbeat.keepQuiet.handler(({ input }) => heartbeat.keepQuiet(input)),
      endQuiet: os.heartbeat.endQuiet.handler(({ input }) => heartbeat.endQuiet(input.id)),
      setHealthKey: os.heartbeat.setHealthKey.handler(({ input }) =>
        heartbeat.setHealthKey(input.connectionId, input.key === null ? null : new Secret(input.key)),
      ),
    },
    about: {
      packages: os.about.packages.handler(() => services.about.packages()),
      licence: os.about.licence.handler(({ input }) => services.about.licence(input.name, input.version)),
    },
    updates: {
      watch: os.updates.watch.handler(({ signal }) => services.updates.status.watch(signal)),
      check: os.updates.check.handler(() => void services.updates.check()),
      download: os.updates.download.handler(({ input }) => void services.updates.download(input.fileName)),
    },
    diagnostics: {
      make: os.diagnostics.make.handler(() => services.diagnostics.make()),
    },
    activity: {
      ledger: os.activity.ledger.handler(({ input }) => ledger.read(input)),
      platform: os.activity.platform.handler(({ input }) => services.platformAudit.page(input)),
      verify: os.activity.verify.handler(() => ledger.verify()),
      exportLedger: os.activity.exportLedger.handler(() => ledger.export(services.signer)),
      publicKey: os.activity.publicKey.handler(async () => ({
        ...(await services.signer.publicKey()),
        fileName: 'gatehouse-public-key.pem',
      })),
    },
  })
}

/** SECURITY: from here on a typed secret is one that prints as nothing. */
function secretOf<Absent extends null | undefined>(typed: string | Absent): Secret | Absent {
  return typeof typed === 'string' ? new Secret(typed) : typed
}

export type ConsoleRouter = ReturnType<typeof createRouter>

/** What crosses: typed errors as they are, explained ones as PROBLEM, everything else as `internal` without its words. */
function atTheBoundary(error: unknown, procedure: string, logger: Logger): Error {
  if (error instanceof ORPCError) {
    if (!error.defined) logger.warn({ procedure, code: error.code }, 'a call was refused')
    return error
  }
  const fault = storageFault(error)
  // SQLite's and the system's words for it name files; the kind of the fault says enough.
  const { problem } = fault === null ? asProblem(error) : new ProblemError('storage-failed', fault)
  if (error instanceof ProblemError) logger.warn({ procedure, problem }, 'a call failed')
  else
    logger.error({ procedure, error: messageOf(error), stack: (error as Error)?.stack }, 'unexpected failure')
  return new ORPCError('PROBLEM', { status: 422, defined: true, data: problem, message: problem.code })
}
