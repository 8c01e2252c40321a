import { type Campaign, type Harm, respond } from './response-campaign.ts'
import { PLANTS, type Plant } from './response-life.ts'

/** What each planted bug is to be seen by. */
const SEEN_BY: Readonly<Record<Plant, (harm: Harm) => boolean>> = {
  'called-early': ({ called }) => called > 0,
  'forgets-on-resume': ({ left, unresolved }) => left > 0 && unresolved > 0,
  'sends-again': ({ repeated }) => repeated > 0,
}

/** Runs one response with each planted bug. @returns the bugs that were seen, each by the check that is there for it */
export async function seenBugs(parts: Pick<Campaign, 'script' | 'folder' | 'population'>): Promise<Plant[]> {
  const seen: Plant[] = []
  for (const plant of PLANTS) {
    const harm = await respond({
      ...parts,
      plant,
      fault: 'lose-answer',
      deaths: [{ at: 'revoking', nth: 12, answered: plant === 'sends-again' }],
      skewMs: 0,
      seed: 5,
    })
    if (SEEN_BY[plant](harm)) seen.push(plant)
  }
  return seen
}
