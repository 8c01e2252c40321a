import { parseArgs } from 'node:util'
import { BadConfigError } from '../start-failure.ts'
import type { MigrationAction } from './report.ts'

export const MIGRATE_USAGE = `Usage: npm run platform -- migrate --data DIR [--from FILE] [--dry-run | --rollback | --finalize] [--report FILE]
                                        [--serve] [--port 4000] [--host 127.0.0.1]

Starts the platform of DIR and works beside the requests that it serves: every old token is valid before, during and after.

  --from FILE    first takes users over: JSON lines, or a SQLite file with a table "users"; columns or keys as in OpenCTI
                 (id, name, user_email, api_token, …). Without it the tokens that are there already are migrated.
  --dry-run      says what would happen; changes no byte, needs no port, may run beside the platform
  --rollback     takes the migration back, as long as it is not finalized
  --finalize     wipes the plaintext for good and searches every file of DIR for a rest of it
  --report FILE  writes the outcome as JSON
  --serve        goes on serving when done; without it the platform stops then

Killed or stopped, it goes on where it was when it is run again.
Exit code: 0 done; 1 failed or incomplete; 2 done, but some lines were not taken over; 3 stopped by a signal.
`

export interface MigrateFlags {
  readonly action: MigrationAction
  readonly dryRun: boolean
  readonly from: string | null
  readonly report: string | null
  readonly serve: boolean
  readonly help: boolean
  /** what the platform itself is told */
  readonly platform: Readonly<Record<string, string | undefined>>
}

/** @throws BadConfigError with the usage, when the flags do not go together */
export function migrateFlags(argv: readonly string[]): MigrateFlags {
  const values = parse(argv)
  const asked = [
    values['dry-run'] && '--dry-run',
    values.rollback && '--rollback',
    values.finalize && '--finalize',
  ]
  const chosen = asked.filter((flag) => typeof flag === 'string')
  if (chosen.length > 1) throw wrong(`${chosen.join(' and ')} do not go together`)
  if (values.from !== undefined && (values.rollback || values.finalize))
    throw wrong(`--from and ${chosen[0]} do not go together`)
  if (values['dry-run'] && values.serve) throw wrong('--dry-run and --serve do not go together')
  return {
    action: values.rollback ? 'rollback' : values.finalize ? 'finalize' : 'migrate',
    dryRun: values['dry-run'] ?? false,
    from: values.from ?? null,
    report: values.report ?? null,
    serve: values.serve ?? false,
    help: values.help ?? false,
    platform: { data: values.data, port: values.port, host: values.host },
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        data: { type: 'string' },
        from: { type: 'string' },
        report: { type: 'string' },
        'dry-run': { type: 'boolean' },
        rollback: { type: 'boolean' },
        finalize: { type: 'boolean' },
        serve: { type: 'boolean' },
        port: { type: 'string' },
        host: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

const wrong = (message: string): BadConfigError => new BadConfigError(`${message}\n\n${MIGRATE_USAGE}`)
