import { setTimeout as pause } from 'node:timers/promises'
import type { Row } from '../../scripts/bench.ts'
import { type Chaos, composerChaos, differences } from '../support/composer-chaos.ts'
import { type PlatformDouble, startPlatformDouble } from '../support/composer-platform.ts'
import { dockerHindrance, makeImage, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { numbers } from '../support/fuzz-inputs.ts'
import { type Sample, type SoakedComposer, startSoakedComposer } from '../support/soaked-composer.ts'
import { trend } from '../support/trend.ts'
import { until } from '../support/until.ts'

export const id = 'SOAK-6'

const SECOND = 1000
const MINUTE = 60 * SECOND

const SHORT = {
  connectors: 6,
  ms: 14 * SECOND,
  blowMs: 500,
  sampleMs: SECOND,
  restMs: 5 * SECOND,
  engineDeaths: 1,
  executeSeconds: 1,
  // What is loaded and compiled late weighs more in seconds than in half an hour.
  growth: { heap: 0.25, rss: 0.25 },
}
const FULL: typeof SHORT = {
  connectors: 30,
  ms: 30 * MINUTE,
  blowMs: 2 * SECOND,
  sampleMs: 10 * SECOND,
  restMs: MINUTE,
  engineDeaths: 5,
  executeSeconds: 2,
  growth: { heap: 0.05, rss: 0.1 },
}
/** Sockets that are kept open for the next call come and go. */
const SPARE_DESCRIPTORS = 6
const SEED = 6

/**
 * The headless composer as a process on a Docker Engine of its own, and a platform whose connectors are started, stopped,
 * edited, added and deleted at random, while containers are killed and removed by strangers, the platform fails and the
 * engine dies. GATEHOUSE_FULL=1: thirty connectors for thirty minutes.
 */
export async function run(): Promise<Row[]> {
  const hindrance = dockerHindrance()
  if (hindrance !== null) return [{ id, figure: hindrance, bar: 'a Docker Engine', pass: false }]
  const form = process.env.GATEHOUSE_FULL === '1' ? FULL : SHORT
  const engine = await startEngine()
  const platform = await startPlatformDouble()
  let composer: SoakedComposer | null = null
  try {
    const script = `trap 'exit 0' TERM; echo "out [$GREETING]"; while :; do sleep 1 & wait $!; done`
    const image = await makeImage(engine.docker, 'gatehouse-test/soak:1', script)
    const draw = numbers(SEED)
    const chaos = composerChaos(platform, engine, image, form.connectors, () => draw(1_000_000) / 1_000_000)
    composer = await startSoakedComposer(platform.url, engine.host, form.executeSeconds)
    await aligned(platform, engine)
    const before = await atRest(composer, platform, form.restMs)
    const samples = await storm(composer, chaos, form)
    platform.fault = () => undefined
    const settled = await aligned(platform, engine)
    const after = await atRest(composer, platform, form.restMs)
    const { code, said } = await composer.end()
    composer = null
    if (settled.length > 0) console.error(said)
    return rows({ form, chaos, settled, before, after, samples, code, said })
  } finally {
    await composer?.end()
    await platform.close()
    await engine.dispose()
  }
}

/** Waits until what runs is what is wanted. @returns what still differs after two minutes */
async function aligned(platform: PlatformDouble, engine: PrivateEngine): Promise<string[]> {
  let left: string[] = []
  await until(
    'what is wanted runs',
    async () => {
      left = await differences(platform, engine)
      return left.length === 0
    },
    2 * MINUTE,
  ).catch(() => {})
  return left
}

interface Rest {
  readonly sample: Sample
  /** calls of the platform a cycle, without the evidence, which goes by the connector and the clock */
  readonly calls: number
  readonly cpuMs: number
}

async function atRest(composer: SoakedComposer, platform: PlatformDouble, ms: number): Promise<Rest> {
  // Status reports and last words of what just happened.
  await pause(2 * SECOND)
  platform.calls.length = 0
  const [cycles, cpu] = [await composer.cycles(), composer.cpu()]
  await pause(ms)
  const [passed, spent] = [(await composer.cycles()) - cycles, composer.cpu() - cpu]
  const evidence = /^(UpdateConnectorHealth|ReportConnectorLogs|UpdateConnectorManagerStatus)$/
  const calls = platform.calls.filter(({ what }) => !evidence.test(what)).length
  return { sample: await composer.sample(), calls: calls / passed, cpuMs: spent / passed }
}

async function storm(composer: SoakedComposer, chaos: Chaos, form: typeof SHORT): Promise<Sample[]> {
  const samples: Sample[] = []
  const began = Date.now()
  let deaths = 0
  let sampledAt = 0
  while (Date.now() - began < form.ms) {
    const gone = Date.now() - began
    if (gone > ((deaths + 0.5) / form.engineDeaths) * form.ms) {
      deaths++
      await chaos.strike('engine dies')
    } else await chaos.strike()
    if (Date.now() - sampledAt >= form.sampleMs) {
      sampledAt = Date.now()
      samples.push(await composer.sample())
    }
    await pause(form.blowMs)
  }
  return samples
}

interface Outcome {
  readonly form: typeof SHORT
  readonly chaos: Chaos
  readonly settled: readonly string[]
  readonly before: Rest
  readonly after: Rest
  readonly samples: readonly Sample[]
  readonly code: number | null
  readonly said: string
}

function rows({ form, chaos, settled, before, after, samples, code, said }: Outcome): Row[] {
  const row = (figure: string, bar: string, pass: boolean): Row => ({ id, figure, bar, pass })
  const blows = [...chaos.counts].map(([blow, count]) => `${blow} ${count}`).join(', ')
  const heap = trend(samples, ({ heapBytes }) => heapBytes / 1e6)
  const rss = trend(samples, (sample) => sample.rss)
  const [first, last] = [before.sample, after.sample]
  const minutes = (form.ms / MINUTE).toFixed(1)
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  return [
    row(
      `${settled.length} differences of wanted and real after ${minutes} min on ${form.connectors} connectors (${blows})${settled
        .slice(0, 3)
        .map((text) => `; ${text}`)
        .join('')}`,
      '0',
      settled.length === 0,
    ),
    row(
      `heap ${heap.first.toFixed(1)} to ${heap.last.toFixed(1)} MB, ${percent(heap.growth)} over the run`,
      `growth ${percent(form.growth.heap)}`,
      heap.growth <= form.growth.heap,
    ),
    row(
      `resident set ${rss.first.toFixed(0)} to ${rss.last.toFixed(0)} MB, ${percent(rss.growth)} over the run`,
      `growth ${percent(form.growth.rss)}`,
      rss.growth <= form.growth.rss,
    ),
    row(
      `${first.descriptors} descriptors and ${first.handles} handles at rest before, ${last.descriptors} and ${last.handles} after`,
      `${SPARE_DESCRIPTORS} more`,
      last.descriptors - first.descriptors <= SPARE_DESCRIPTORS &&
        last.handles - first.handles <= SPARE_DESCRIPTORS,
    ),
    row(
      `${before.calls.toFixed(2)} platform calls a cycle at rest before, ${after.calls.toFixed(2)} after; CPU ${before.cpuMs.toFixed(1)} and ${after.cpuMs.toFixed(1)} ms a cycle`,
      '1.10 calls',
      before.calls <= 1.1 && after.calls <= 1.1,
    ),
    row(
      `ended with ${code}${/"level":60|Unhandled|Uncaught/.test(said) ? ' and a fault' : ' and no fault'}`,
      'ended with 0 and no fault',
      code === 0 && !/"level":60|Unhandled|Uncaught/.test(said),
    ),
  ]
}
