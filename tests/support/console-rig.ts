import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createRouterClient } from '@orpc/server'
import type { ConnectionKind } from '#shared/contract/connections.ts'
import type { Clock } from '../../electron/base/clock.ts'
import { createConsole } from '../../electron/core/console.ts'
import type { ConsolePorts } from '../../electron/core/console-ports.ts'
import { FAKE_TOKEN } from './fake-opencti.ts'
import { type MemorySecretStore, memorySecretStore } from './memory-secret-store.ts'
import { quietLogger } from './quiet-logger.ts'

export interface RigOptions
  extends Partial<
    Pick<
      ConsolePorts,
      | 'releases'
      | 'builtFolder'
      | 'clipboard'
      | 'spawnPlatform'
      | 'spawnComposer'
      | 'host'
      | 'power'
      | 'notifier'
      | 'random'
    >
  > {
  readonly clock?: Clock
  readonly keychain?: MemorySecretStore
  /** an earlier rig's folder */
  readonly folder?: string
}

/** The whole console over a folder of its own, asked through its router as a page would. Not started: nothing runs by itself. */
export function consoleRig(options: RigOptions = {}) {
  const { keychain = memorySecretStore(), folder = mkdtempSync(join(tmpdir(), 'gatehouse-console-')) } =
    options
  const { logger, lines } = quietLogger()
  const console = createConsole({
    host: options.host ?? 'desktop',
    version: '0.0.0',
    languages: ['en'],
    profileFolder: folder,
    logger,
    clipboard: options.clipboard ?? null,
    spawnPlatform:
      options.spawnPlatform ??
      (() => {
        throw new Error('This test has no local platform')
      }),
    spawnComposer:
      options.spawnComposer ??
      (() => {
        throw new Error('This test has no composer')
      }),
    secretStore: keychain,
    ...(options.releases ? { releases: options.releases } : {}),
    ...(options.builtFolder ? { builtFolder: options.builtFolder } : {}),
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.power ? { power: options.power } : {}),
    ...(options.random ? { random: options.random } : {}),
    ...(options.notifier ? { notifier: options.notifier } : {}),
  })
  const client = createRouterClient(console.router)
  return {
    console,
    client,
    keychain,
    folder,
    lines,
    /** Connects to a platform and gives the connection's id. */
    async connect(url: string, token = FAKE_TOKEN, kind: ConnectionKind = 'opencti'): Promise<string> {
      const typed = { kind, name: 'Test', url, token, caPem: null, proxy: null, remember: true }
      return (await client.connections.add(typed)).id
    },
    /** The ledger's records as they lie in the file. */
    ledger(): Record<string, unknown>[] {
      const database = new DatabaseSync(join(folder, 'ledger.sqlite'), { readOnly: true })
      const rows = database.prepare('SELECT body FROM record ORDER BY place').all() as { body: string }[]
      database.close()
      return rows.map(({ body }) => JSON.parse(body))
    },
    /** Makes every further record fail, as a damaged or full disk would. */
    breakLedger(): void {
      const database = new DatabaseSync(join(folder, 'ledger.sqlite'))
      database.exec('DROP TABLE record')
      database.close()
    },
  }
}

/** The `PROBLEM` that a call failed with, as the page gets it. */
export async function problemOf(
  call: Promise<unknown>,
): Promise<{ code: string; detail: string | null } | undefined> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  const { code, data } = (error ?? {}) as { code?: string; data?: { code: string; detail: string | null } }
  if (code !== 'PROBLEM') throw error ?? new Error('The call should have failed')
  return data
}
