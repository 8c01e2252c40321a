import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from '../../scripts/bench.ts'
import { bundledScript } from '../support/bundled-script.ts'
import type { Outcome, Population } from '../support/response-campaign.ts'
import type { Plant } from '../support/response-life.ts'
import type { Case } from '../support/response-matrix.ts'

export const id = 'REL-1'

const TOKENS = 500
/** Runs in the short form. */
const SOME = 6
/** The full form takes a while. */
const TOLD_EVERY = 12
/** Runs side by side. */
const LANES = 2

/**
 * Revocation of 500 tokens through a platform that fails, by consoles that are killed with SIGKILL and go on; what they call
 * revoked is compared with what the platform lists at each death. GATEHOUSE_FULL=1 does every fault × step × clock skew.
 */
export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rel-1-'))
  try {
    const script = await bundledScript('response-child', folder)
    // Only now: what builds the script does not bear it.
    await import('../support/raw-imports.ts')
    const { populate } = await import('../support/response-campaign.ts')
    const wide = await populate(join(folder, 'wide'), 'bulk', { owners: 50, tokensEach: TOKENS / 50 })
    const one = await populate(join(folder, 'one'), 'lost-device', { owners: 1, tokensEach: TOKENS })
    // So many owners as in `wide` are looked up by the list of all users, fewer one by one.
    const narrow = full()
      ? await populate(join(folder, 'narrow'), 'bulk', { owners: 25, tokensEach: TOKENS / 25 })
      : wide
    const few = await populate(join(folder, 'few'), 'bulk', { owners: 6, tokensEach: 8 })
    return [await campaign(script, folder, { wide, narrow, one }), await planted(script, folder, few)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const full = (): boolean => process.env.GATEHOUSE_FULL === '1'

async function campaign(
  script: string,
  folder: string,
  people: Record<'wide' | 'narrow' | 'one', Population>,
): Promise<Row> {
  const { respond } = await import('../support/response-campaign.ts')
  const { allCases, someCases } = await import('../support/response-matrix.ts')
  const cases = full() ? allCases(TOKENS) : someCases(TOKENS, SOME)
  const outcomes: Outcome[] = []
  const queue = [...cases]
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const population = people[whoseOf(next)]
      try {
        const outcome = await respond({ ...next, script, folder, population })
        if (isHarmed(outcome)) console.error(JSON.stringify({ ...next, ...outcome }))
        outcomes.push(outcome)
      } catch (error) {
        console.error(JSON.stringify(next), error)
      }
      if (outcomes.length % TOLD_EVERY === 0) console.error(`${outcomes.length} of ${cases.length}`)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const sum = (name: keyof Outcome): number => outcomes.reduce((total, outcome) => total + outcome[name], 0)
  return {
    id,
    figure:
      `${cases.length} responses to ${TOKENS} tokens, ${sum('requests')} requests, ${sum('faults')} of them harmed, killed ${sum('kills')} times: ` +
      `${sum('called')} called revoked and listed, ${sum('left')} left behind, ${sum('repeated')} sent twice, ` +
      `${sum('unresolved')} without a result, ${sum('unproven')} ledgers or reports not whole`,
    bar: '0 of each',
    pass: outcomes.length === cases.length && sum('kills') >= cases.length && !outcomes.some(isHarmed),
  }
}

function whoseOf({ step, fault, seed }: Case): 'wide' | 'narrow' | 'one' {
  if (step === 'containing') return 'one'
  return fault === 'partial-page' || seed % 2 === 0 ? 'wide' : 'narrow'
}

const isHarmed = ({ called, left, repeated, unresolved, unproven }: Outcome): boolean =>
  called + left + repeated + unresolved + unproven > 0

/** What such a campaign is worth: it sees a bug that is put into the console. */
async function planted(script: string, folder: string, population: Population): Promise<Row> {
  const { seenBugs } = await import('../support/response-plants.ts')
  const { PLANTS } = await import('../support/response-life.ts')
  const seen: Plant[] = await seenBugs({ script, folder, population })
  return {
    id,
    figure: `${seen.length} of ${PLANTS.length} planted bugs seen: ${seen.join(', ')}`,
    bar: `${PLANTS.length} of ${PLANTS.length}`,
    pass: seen.length === PLANTS.length,
  }
}
