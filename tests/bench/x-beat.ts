import type { Row } from '../../scripts/bench.ts'
import { runRegistration } from '../support/xtm-one-process.ts'
import { createRig } from '../support/xtm-one-rig.ts'

export const id = 'X-BEAT'

const USERS = 10_000
const BEATS = 15

/** What a heartbeat of 10 000 provisioned users costs beside a bare post of the same users, taken in turn in one process. */
export async function run(): Promise<Row[]> {
  const rig = await createRig()
  try {
    rig.platform.addUsers(0, USERS)
    const { measured } = await runRegistration(rig, { measuredBeats: BEATS }).ended
    if (!measured) throw new Error('The registration did not end')
    const ratio = median(measured.beatMs) / median(measured.bareMs)
    return [
      {
        id,
        figure: `second beat / bare post, 10 000 users ${ratio.toFixed(2)}×`,
        bar: '≤ 2×',
        pass: ratio <= 2,
      },
    ]
  } finally {
    await rig.close()
  }
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}
