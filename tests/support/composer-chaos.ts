import type { PlatformDouble } from './composer-platform.ts'
import type { PrivateEngine } from './dockerd.ts'

/** What befalls the composer's two sides: what admins do, what engines and platforms do, and what strangers do. */
const BLOWS = [
  'start',
  'stop',
  'edit',
  'add',
  'delete',
  'kill the container',
  'remove the container',
  'platform fails',
  'engine dies',
] as const
export type Blow = (typeof BLOWS)[number]

/** As often as each comes, against the others. The engine's death takes seconds and stops everything: by itself, seldom. */
const WEIGHTS: Readonly<Record<Exclude<Blow, 'engine dies'>, number>> = {
  start: 5,
  stop: 4,
  edit: 4,
  add: 1,
  delete: 1,
  'kill the container': 2,
  'remove the container': 2,
  'platform fails': 1,
}

/** A connector that is killed more often looks like one that loops, which is another matter. */
const BETWEEN_KILLS_MS = 100_000

export interface Chaos {
  /** One blow at random, or the named one. */
  strike(blow?: Blow): Promise<Blow>
  /** how often each came */
  readonly counts: Map<Blow, number>
}

/**
 * @param random [0, 1)
 * @param connectors how many there are, within a few
 */
export function composerChaos(
  platform: PlatformDouble,
  engine: PrivateEngine,
  image: string,
  connectors: number,
  random: () => number,
): Chaos {
  const counts = new Map<Blow, number>()
  const killedAt = new Map<string, number>()
  let edits = 0
  let born = 0
  const add = (): void => {
    const at = born++
    const configuration = [{ key: 'GREETING', value: `number ${at}` }]
    platform.put({ id: `soak-${at}`, name: `Soak ${at % 5}`, image, configuration })
  }
  while (platform.connectors.size < connectors) add()
  const any = <T>(of: readonly T[]): T | undefined => of[Math.floor(random() * of.length)]
  const anyId = (): string => any([...platform.connectors.keys()]) ?? ''
  const containerOf = async (id: string) => {
    const filters = { label: [`opencti-connector-id=${id}`] }
    const [found] = await engine.docker.listContainers({ all: true, filters })
    return found && engine.docker.getContainer(found.Id)
  }
  /** The composer may be at the same container: whoever comes second finds nothing. */
  const late = (): void => {}

  const blows: Record<Blow, () => Promise<void> | void> = {
    start: () => void platform.put({ id: anyId(), requested: 'starting' }),
    stop: () => void platform.put({ id: anyId(), requested: 'stopping' }),
    edit: () => void platform.put({ id: anyId(), hash: `edit-${edits++}` }),
    add() {
      if (platform.connectors.size < connectors + 2) add()
    },
    delete() {
      if (platform.connectors.size > connectors - 2) platform.connectors.delete(anyId())
    },
    async 'kill the container'() {
      const id = anyId()
      if (Date.now() - (killedAt.get(id) ?? 0) < BETWEEN_KILLS_MS) return
      killedAt.set(id, Date.now())
      await (await containerOf(id))?.kill().catch(late)
    },
    async 'remove the container'() {
      await (await containerOf(anyId()))?.remove({ force: true }).catch(late)
    },
    'platform fails'() {
      const answers = [{ status: 500, body: 'no' }, { status: 429, body: '{}' }, 'cut'] as const
      let left = 6
      platform.fault = () => (left-- > 0 ? any(answers) : undefined)
    },
    async 'engine dies'() {
      await engine.kill()
      await engine.start()
    },
  }
  return {
    counts,
    async strike(blow = drawn(random)) {
      counts.set(blow, (counts.get(blow) ?? 0) + 1)
      await blows[blow]()
      return blow
    },
  }
}

function drawn(random: () => number): Blow {
  const entries = Object.entries(WEIGHTS) as [Blow, number][]
  let at = random() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [blow, weight] of entries) {
    at -= weight
    if (at < 0) return blow
  }
  return 'start'
}

/** What keeps the engine's containers from being what the platform wants; empty when they are. */
export async function differences(platform: PlatformDouble, engine: PrivateEngine): Promise<string[]> {
  const all = await engine.docker.listContainers({ all: true })
  const found: string[] = []
  for (const { id, hash, requested, current } of platform.connectors.values()) {
    const own = all.filter(({ Labels }) => Labels['opencti-connector-id'] === id)
    const [container] = own
    if (!container || own.length > 1) {
      found.push(`${id}: ${own.length} containers`)
      continue
    }
    const running = container.State === 'running'
    if (running !== (requested === 'starting')) found.push(`${id}: ${requested}, but ${container.State}`)
    if (container.Labels['opencti-config-hash'] !== hash) found.push(`${id}: old configuration`)
    if ((current === 'started') !== running) found.push(`${id}: ${container.State}, told as ${current}`)
  }
  const ids = new Set(platform.connectors.keys())
  for (const { Labels, Names } of all) {
    if (!ids.has(Labels['opencti-connector-id'] ?? '')) found.push(`orphan ${Names.join()}`)
  }
  return found
}
