import { join } from 'node:path'
import { ensureBuilt } from './build-parts.ts'
import { ensurePackages, TEST_PACKAGES } from './debian-packages.ts'
import { type Counts, lastLine, sum } from './test-counts.ts'
import { runTool } from './test-run.ts'
import { runSuite, SUITES } from './test-suites.ts'

/** `npm test` runs every step in this order; `npm test -- unit lint` the named ones. */
const bin = (name: string) => join(import.meta.dirname, '..', 'node_modules', '.bin', name)
const CHECKS: Readonly<Record<string, () => Promise<boolean>>> = {
  lint: () => runTool(bin('biome'), ['check', '.']),
  types: async () =>
    (await runTool(bin('tsc'), ['-p', 'tsconfig.json'])) &&
    (await runTool(bin('tsc'), ['-p', 'tsconfig.page.json'])),
  imports: () =>
    runTool(bin('depcruise'), [
      ...['--config', '.dependency-cruiser.json', '--output-type', 'err'],
      ...['electron', 'renderer', 'shared', 'scripts', 'tests'],
    ]),
  unused: () => runTool(bin('knip'), []),
}

const named = process.argv.slice(2)
const steps = [...Object.keys(CHECKS), ...Object.keys(SUITES)]
const unknown = named.filter((name) => !steps.includes(name))
if (unknown.length > 0) {
  console.error(`Unknown step: ${unknown.join(', ')}. Steps: ${steps.join(', ')}`)
  process.exit(2)
}
const wanted = named.length > 0 ? named : steps

const counts: Counts[] = []
const failures: string[] = []
let prepared = false
for (const name of wanted) {
  const check = CHECKS[name]
  if (check) await step(name, check)
  else {
    await prepareSuites()
    heading(name)
    const suite = await runSuite(name)
    counts.push(suite.counts)
    failures.push(...suite.failures.map((failure) => `${name}: ${failure}`))
  }
}

const total = sum(counts)
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}\n`)
console.log(lastLine(total))
process.exitCode = total.failed > 0 ? 1 : 0

/** System packages and the build, once, before the first suite. */
async function prepareSuites(): Promise<void> {
  if (prepared) return
  prepared = true
  ensurePackages(TEST_PACKAGES)
  await step('build', async () => {
    await ensureBuilt('all')
    return true
  })
}

async function step(name: string, run: () => Promise<boolean>): Promise<void> {
  heading(name)
  const well = await run().catch((error: unknown) => {
    console.error(error)
    return false
  })
  if (!well) failures.push(name)
  counts.push({ passed: well ? 1 : 0, failed: well ? 0 : 1, skipped: 0 })
}

function heading(name: string): void {
  console.log(`\n── ${name}`)
}
