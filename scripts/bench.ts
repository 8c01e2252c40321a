import { globSync } from 'node:fs'
import { join } from 'node:path'

/** One line of a benchmark: what was measured and what it must reach. */
export interface Row {
  readonly id: string
  /** with its unit */
  readonly figure: string
  readonly bar: string
  readonly pass: boolean
}

export interface Bench {
  /** as in the quality page: PERF-1 … */
  readonly id: string
  run(): Promise<Row[]>
}

const folder = join(import.meta.dirname, '..', 'tests', 'bench')
const [wanted] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
/** `--file=perf-1`: by its file, as the campaign runs each in a process of its own */
const wantedFile = process.argv.find((word) => word.startsWith('--file='))?.slice('--file='.length)
let failed = false
let ran = 0

for (const file of globSync('*.ts', { cwd: folder }).sort()) {
  if (wantedFile !== undefined && file !== `${wantedFile}.ts`) continue
  const bench: Bench = await import(join(folder, file))
  if (wanted && bench.id !== wanted.toUpperCase()) continue
  ran++
  for (const { id, figure, bar, pass } of await bench.run()) {
    console.log(`${id} ${figure} (bar ${bar}) ${pass ? 'pass' : 'FAIL'}`)
    failed ||= !pass
  }
}
if (ran === 0) {
  console.error(wanted ? `There is no benchmark ${wanted}.` : 'There are no benchmarks.')
  failed = true
}
process.exitCode = failed ? 1 : 0
