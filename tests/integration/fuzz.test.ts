import { randomInt } from 'node:crypto'
import { expect, it } from 'vitest'
import { CAMPAIGNS, type CampaignName } from '../support/fuzz/campaigns.ts'

/** A little of each campaign; `npm run verify` runs them whole. */
const CASES = 400
const HANG_MS = 240_000
const seed = Number(process.env.GATEHOUSE_FUZZ_SEED) || randomInt(2 ** 30)

it.each(Object.keys(CAMPAIGNS) as CampaignName[])(
  `holds against hostile input: %s (seed ${seed})`,
  async (name) => {
    const end = Date.now() + HANG_MS
    const { broken, done } = await CAMPAIGNS[name]({ seed, cases: CASES, end })
    expect(broken).toBeNull()
    expect(done).toBeGreaterThanOrEqual(CASES)
  },
  HANG_MS + 60_000,
)
