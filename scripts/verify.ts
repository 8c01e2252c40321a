import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ensureBuilt } from './build-parts.ts'
import { ensurePackages, TEST_PACKAGES } from './debian-packages.ts'
import { flakinessRow } from './flakiness.ts'
import { auditRow, electronRow, licenceRow } from './supply-chain.ts'
import { suiteRun } from './test-suites.ts'
import { SHORT_BENCHES, SHORT_PROJECTS, TESTED_ROWS, type TestedRow } from './verify-rows.ts'

/**
 * `npm run verify`: the whole campaign, a line a row in the form of the benchmarks, and a table at the end; benchmarks run in
 * their full form. `--short` keeps to what is quick and says of every other row that it was not measured.
 */
interface Line {
  readonly id: string
  readonly figure: string
  readonly bar: string
  /** null: not measured */
  readonly pass: boolean | null
}

const ROOT = join(import.meta.dirname, '..')
const BENCHES = join(ROOT, 'tests', 'bench')
const NOT_MEASURED = 'not measured in the short form'
const short = process.argv.includes('--short')

const lines: Line[] = []
function tell(line: Line): void {
  lines.push(line)
  const verdict = line.pass === null ? '–' : line.pass ? 'pass' : 'FAIL'
  console.log(`${line.id} ${line.figure} (bar ${line.bar}) ${verdict}`)
}

if (!short) {
  ensurePackages(TEST_PACKAGES)
  await ensureBuilt('all')
}
for (const line of await testedRows()) tell(line)
tell(await auditRow())
tell(electronRow())
tell(licenceRow())
for (const bench of benches()) {
  if (short && !SHORT_BENCHES.includes(bench.id))
    tell({ id: bench.id, figure: NOT_MEASURED, bar: 'see npm run bench', pass: null })
  else for (const line of await benchLines(bench)) tell(line)
}
if (short) tell({ id: 'FLAKE', figure: NOT_MEASURED, bar: 'see npm run flakiness', pass: null })
else tell(await flakinessRow())
printTable()
process.exitCode = lines.some(({ pass }) => pass === false) ? 1 : 0

/** Each project runs once, with all files that any row names. */
async function testedRows(): Promise<Line[]> {
  const projects = [...new Set(TESTED_ROWS.flatMap(({ tests }) => Object.keys(tests)))]
  const results = new Map<string, { passed: number; failed: number }>()
  const unavailable = new Map<string, string>()
  for (const project of projects) {
    if (short && !SHORT_PROJECTS.includes(project)) continue
    const files = [...new Set(TESTED_ROWS.flatMap((row) => filesOf(row, project)))]
    const run = await suiteRun(project, files, 'dropped')
    if ('why' in run) unavailable.set(project, run.why)
    else
      for (const { name, status, assertionResults } of run.report?.testResults ?? []) {
        const passed = assertionResults.filter((test) => test.status === 'passed').length
        const failed = assertionResults.filter((test) => test.status === 'failed').length
        results.set(relative(ROOT, name), { passed, failed: failed || (status === 'failed' ? 1 : 0) })
      }
  }
  return TESTED_ROWS.map((row) => {
    const measured = Object.keys(row.tests).filter((project) => !short || SHORT_PROJECTS.includes(project))
    const left = Object.keys(row.tests).filter((project) => !measured.includes(project))
    const missing = measured.filter((project) => unavailable.has(project))
    const files = measured.flatMap((project) => (missing.includes(project) ? [] : filesOf(row, project)))
    const found = files.map((file) => results.get(file) ?? { passed: 0, failed: 1 })
    const passed = found.reduce((sum, result) => sum + result.passed, 0)
    const failed = found.reduce((sum, result) => sum + result.failed, 0)
    const rest = [
      ...missing.map((project) => `${project} not run: ${unavailable.get(project)}`),
      ...(left.length > 0 ? [`${left.join(', ')} left out`] : []),
    ]
    const figure = [`${row.what}: ${passed} tests passed, ${failed} failed`, ...rest].join('; ')
    const nothing = passed + failed === 0
    return {
      id: row.id,
      figure: nothing ? `${row.what}: ${NOT_MEASURED}` : figure,
      bar: '0 failed',
      pass: nothing && left.length > 0 ? null : failed === 0 && missing.length === 0 && passed > 0,
    }
  })
}

function filesOf(row: TestedRow, project: string): string[] {
  return (row.tests[project] ?? []).flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
}

/** Each benchmark's file with the id it prints. */
function benches(): { file: string; id: string }[] {
  return globSync('*.ts', { cwd: BENCHES })
    .sort()
    .map((name) => {
      const [, id = name] =
        /^export const id = '([^']+)'/m.exec(readFileSync(join(BENCHES, name), 'utf8')) ?? []
      return { file: name.replace(/\.ts$/, ''), id }
    })
}

/** Runs the benchmark of that file and reads the lines it prints. */
function benchLines({ file, id }: { file: string; id: string }): Promise<Line[]> {
  return new Promise((resolve) => {
    const bench = spawn(process.execPath, [join(import.meta.dirname, 'bench.ts'), `--file=${file}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...(short ? {} : { GATEHOUSE_FULL: '1' }) },
    })
    let text = ''
    bench.stdout.on('data', (piece: Buffer) => {
      text += piece
    })
    bench.once('exit', (code) => {
      const found = [...text.matchAll(/^(\S+) (.*) \(bar (.*)\) (pass|FAIL)$/gm)].map(
        ([, id = '', figure = '', bar = '', verdict]) => ({ id, figure, bar, pass: verdict === 'pass' }),
      )
      const broken = { id, figure: `ended with ${code} and no figure`, bar: 'a figure', pass: false }
      resolve(found.length > 0 ? found : [broken])
    })
  })
}

function printTable(): void {
  const count = (pass: boolean | null): number => lines.filter((line) => line.pass === pass).length
  console.log(`\n| item | bar | figure | pass |\n|---|---|---|---|`)
  for (const { id, bar, figure, pass } of lines)
    console.log(
      `| ${id} | ${bar} | ${figure} | ${pass === null ? 'not measured' : pass ? 'yes' : '**NO**'} |`,
    )
  console.log(`\n${count(true)} pass, ${count(false)} fail, ${count(null)} not measured`)
}
