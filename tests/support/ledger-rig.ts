import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import { openLedger } from '../../electron/core/ledger/ledger-database.ts'
import { LedgerHeads } from '../../electron/core/ledger/ledger-heads.ts'
import { ledgerKeys } from '../../electron/core/ledger/ledger-keys.ts'
import { LedgerService } from '../../electron/core/ledger/ledger-service.ts'
import { DrivenClock } from './driven-clock.ts'
import { type MemorySecretStore, memorySecretStore } from './memory-secret-store.ts'
import { quietLogger } from './quiet-logger.ts'

export interface LedgerRigOptions {
  /** an earlier rig's folder */
  readonly folder?: string
  readonly keychain?: MemorySecretStore
  readonly clock?: Clock
}

/** The ledger as the console opens it, over a profile of its own. */
export function ledgerRig({
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-ledger-')),
  keychain = memorySecretStore(),
  clock = new DrivenClock(),
}: LedgerRigOptions = {}) {
  const { database, setAside } = openLedger(folder, clock.now())
  const keyFolder = join(folder, 'keys')
  const heads = new LedgerHeads(keyFolder)
  const { logger, lines } = quietLogger()
  const keys = ledgerKeys(keychain, keyFolder, heads)
  const ledger = new LedgerService({ database, heads, keys, clock, logger })
  return {
    ledger,
    database,
    setAside,
    folder,
    keyFolder,
    keychain,
    clock,
    lines,
    close: () => {
      if (database.isOpen) database.close()
    },
    bodies: () =>
      (database.prepare('SELECT body FROM record ORDER BY place').all() as { body: string }[]).map(
        ({ body }) => JSON.parse(body),
      ),
  }
}

export type LedgerRig = ReturnType<typeof ledgerRig>
