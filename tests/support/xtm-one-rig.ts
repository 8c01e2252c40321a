import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { createLogger } from '#base/logger.ts'
import { Secret } from '#base/secret.ts'
import { openDatabase } from '#base/sqlite.ts'
import type { Profile } from '../../electron/xtm-one/configuration.ts'
import { createHttpPost, type HttpPost } from '../../electron/xtm-one/http.ts'
import { createRegistrationManager } from '../../electron/xtm-one/manager.ts'
import type { RegistrationManagerOptions } from '../../electron/xtm-one/options.ts'
import type { Fault } from '../../electron/xtm-one/stand-in/faults.ts'
import { type StandIn, type StandInOptions, startStandIn } from '../../electron/xtm-one/stand-in/server.ts'
import { createRegistrationStorage, REGISTRATION_MIGRATIONS } from '../../electron/xtm-one/storage.ts'
import { WallClock } from './wall-clock.ts'
import { createTestPlatform } from './xtm-one-platform.ts'

export const REGISTRATION_TOKEN = 'not-a-real-registration-token-0001'

/** Manager, real SQLite, real HTTP and the stand-in, with a clock that the test drives. */
export async function createRig(options: { standIn?: Partial<StandInOptions> } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-xtm-one-'))
  const clock = new WallClock()
  const lines: string[] = []
  const log = createLogger('xtm-one', { write: (line) => lines.push(line) }, 'trace')
  const faults: Fault[] = []
  let asked = 0
  const standIn: StandIn = await startStandIn({
    port: 0,
    registrationToken: new Secret(REGISTRATION_TOKEN),
    clock,
    log: createLogger('stand-in', { write: (line) => lines.push(line) }, 'trace'),
    faults: () => {
      asked += 1
      return faults.shift() ?? null
    },
    ...options.standIn,
  })
  const platform = createTestPlatform(join(folder, 'platform.sqlite'))
  const databases: { close(): void }[] = []
  const chatTokens: (Secret | null)[] = []
  let underWay = 0
  const counted =
    (post: HttpPost): HttpPost =>
    async (request) => {
      underWay += 1
      try {
        return await post(request)
      } finally {
        underWay -= 1
      }
    }

  const openStorage = () => {
    const database = openDatabase(join(folder, 'xtm-one.sqlite'), REGISTRATION_MIGRATIONS)
    databases.push(database)
    return createRegistrationStorage(database)
  }
  const storage = openStorage()

  const managers: { stop(): Promise<void> }[] = []
  const createManager = (
    profile: Profile = 'current',
    more: Partial<RegistrationManagerOptions> & { url?: string; token?: string } = {},
  ) => {
    const { url = standIn.url, token = REGISTRATION_TOKEN, http = createHttpPost(), ...rest } = more
    const manager = createRegistrationManager({
      configuration: { url, token: new Secret(token), profile },
      platform: platform.platform,
      storage,
      chatTokens: { keepChatToken: async (chatToken) => void chatTokens.push(chatToken) },
      provisioning: platform.provisioning,
      clock,
      random: () => 0.5,
      log,
      ...rest,
      http: counted(http),
    })
    managers.push(manager)
    return manager
  }

  /** Lets the network and the clock go on, the clock only while nothing is on the wire, until `work` is done. */
  const drive = async <Result>(work: Promise<Result>): Promise<Result> => {
    let done = false
    void work
      .catch(() => {})
      .finally(() => {
        done = true
      })
    for (let quiet = 0; !done; ) {
      await turn()
      quiet = underWay === 0 ? quiet + 1 : 0
      if (quiet > 50 && clock.untilNext !== null) {
        quiet = 0
        await clock.pass(clock.untilNext)
      }
    }
    return work
  }

  return {
    folder,
    clock,
    standIn,
    platform,
    storage,
    openStorage,
    chatTokens,
    /** one a request, in order */
    faults,
    /** registrations that reached the stand-in with the right bearer */
    asked: () => asked,
    logText: () => lines.join(''),
    createManager,
    drive,
    /** Waits for real events, without a limit of its own: the test's own ends it. */
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) await turn()
    },
    async close() {
      for (const manager of managers) await manager.stop()
      await standIn.close()
      platform.close()
      for (const database of databases) database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Rig = Awaited<ReturnType<typeof createRig>>
