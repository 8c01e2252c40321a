import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundledScript } from '../support/bundled-script.ts'
import { type Death, type Population, populate, respond } from '../support/response-campaign.ts'
import { PLANTS } from '../support/response-life.ts'
import { seenBugs } from '../support/response-plants.ts'

/** Responses by consoles that are killed with SIGKILL, small; `npm run bench -- REL-1` is the campaign. */
let folder: string
let script: string
let bulk: Population
let device: Population

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-killed-'))
  script = await bundledScript('response-child', folder)
  bulk = await populate(join(folder, 'bulk'), 'bulk', { owners: 6, tokensEach: 8 })
  device = await populate(join(folder, 'device'), 'lost-device', { owners: 1, tokensEach: 12 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NO_HARM = { called: 0, left: 0, repeated: 0, unresolved: 0, unproven: 0 }
const SKEW_MS = 10 * 60_000

it.each<[string, Death[]]>([
  ['between ledger and plan', [{ at: 'plan', nth: 1 }]],
  ['right after the plan', [{ at: 'planned', nth: 1 }]],
  ['before a revocation', [{ at: 'revoking', nth: 20, answered: false }]],
  ['before its answer', [{ at: 'revoking', nth: 20, answered: true }]],
  ['while it looks, and again', [1, 1].map((nth) => ({ at: 'looking', nth, answered: true }))],
  ['before what it saw is written', [{ at: 'settling', nth: 1 }]],
  ['while it reports', [{ at: 'report', nth: 1 }]],
])('bulk revocation, killed %s, on a platform that loses answers', async (_, deaths) => {
  const outcome = await respond({
    script,
    folder,
    population: bulk,
    fault: 'lose-answer',
    deaths,
    skewMs: SKEW_MS,
    seed: 3,
  })
  expect(outcome).toMatchObject({ ...NO_HARM, kills: deaths.length })
})

it.each([1, 2])('a lost device, killed while it contains (request %d)', async (nth) => {
  const outcome = await respond({
    script,
    folder,
    population: device,
    fault: 'lock-error',
    deaths: [{ at: 'containing', nth, answered: true }],
    skewMs: -SKEW_MS,
    seed: 4,
  })
  expect(outcome).toMatchObject({ ...NO_HARM, kills: 1 })
})

it('would see a token called revoked too early, forgotten, or revoked twice', async () => {
  expect(await seenBugs({ script, folder, population: bulk })).toEqual([...PLANTS])
})
