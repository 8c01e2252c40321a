import { systemClock } from '#base/clock.ts'
import { lockFolder } from '#base/folder-lock.ts'
import { legacySource } from '../../electron/local-platform/migration/legacy-source.ts'
import { openMigration } from './migration-bench.ts'

/**
 * One life of a migration, ended by a real SIGKILL: `node migration-child.ts FOLDER STEP WHERE ROWS [SOURCE]`.
 * WHERE: `after` = right after the commit of the batch with which ROWS rows are done, `within` = in the middle of a transaction
 * once about ROWS rows are done, `never` = runs to the end.
 */
const [folder = '', step = '', where = 'never', rows = '0', source = ''] = process.argv.slice(2)

const die = (): void => void process.kill(process.pid, 'SIGKILL')
let asked = 0
const clock = {
  ...systemClock,
  now() {
    // The clock is asked before each row, inside the batch's transaction.
    asked += 1
    if (where === 'within' && asked > Number(rows) + 10) die()
    return systemClock.now()
  },
}

lockFolder(folder)
const { migration } = await openMigration(folder, clock)
const progress = (_: string, done: number): void => {
  if (where === 'after' && done >= Number(rows)) die()
}
if (step === 'import') await migration.importFrom(legacySource(source), progress)
else if (step === 'migrate') await migration.migrate(progress)
else if (step === 'rollback') await migration.rollBack(progress)
else if (step === 'finalize') await migration.finalize(progress)
else throw new Error(`There is no step ${step}`)
