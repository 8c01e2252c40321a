import type { Row } from '../../scripts/bench.ts'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { electronBinary } from '../../scripts/electron-binary.ts'
import { LostAnswerError, type StartTrace, traceStart } from '../support/start-trace.ts'

export const id = 'PERF-5'

const ROUNDS = 5

/** Start to first paint against an empty window of the same runtime, in turns; the trace of docs/startup.md beside it. */
export async function run(): Promise<Row[]> {
  const bar = '≤ 1.25 of an empty window'
  if (!electronBinary()) {
    console.log('The start to first paint is not measured: Electron is not installed')
    return []
  }
  await ensureBuilt('all')
  // The first start of each reads its files from the disk.
  await measured('empty')
  await measured('gatehouse')
  const empty: StartTrace[] = []
  const ours: StartTrace[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    empty.push(await measured('empty'))
    ours.push(await measured('gatehouse'))
  }
  for (const step of Object.keys(ours[0] ?? {}) as (keyof StartTrace)[])
    console.log(
      `${step.padEnd(16)} ${ms(ours, step).padStart(6)}   empty window ${ms(empty, step).padStart(6)}`,
    )
  const ratio = (median(ours, 'firstPaint') ?? 0) / (median(empty, 'firstPaint') ?? 1)
  const figure = `first paint ${ratio.toFixed(2)} of an empty window (${ms(ours, 'firstPaint')} ms, ${ms(empty, 'firstPaint')} ms)`
  return [{ id, figure, bar, pass: ratio <= 1.25 }]
}

/** A start that was not seen to its end counts as none, and is made again once. */
async function measured(what: 'gatehouse' | 'empty'): Promise<StartTrace> {
  try {
    return await traceStart(what)
  } catch (error) {
    if (!(error instanceof LostAnswerError)) throw error
    return traceStart(what)
  }
}

function median(traces: readonly StartTrace[], step: keyof StartTrace): number | null {
  const times = traces.map((trace) => trace[step]).filter((time) => time !== null)
  return times.length === 0 ? null : (times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? null)
}

function ms(traces: readonly StartTrace[], step: keyof StartTrace): string {
  const time = median(traces, step)
  return time === null ? '–' : time.toFixed(0)
}
