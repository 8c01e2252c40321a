import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { systemClock } from '#base/clock.ts'
import { type Fault, type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { numbers } from './fuzz-inputs.ts'
import { addHolder } from './incident-rig.ts'
import { startTestPlatform } from './platform-rig.ts'
import { calledRevoked, openDeeds, tokensOf } from './response-checks.ts'
import type { Life, OwnDeath, Plant, Told } from './response-life.ts'

/** People with tokens on a platform that is stopped: each run works on a copy of its folder. */
export interface Population {
  readonly folder: string
  readonly kind: Life['kind']
  readonly targets: Life['targets']
}

/** Where a console is killed with SIGKILL. */
export type Death =
  /** by itself, at the so-manieth time that it comes by */
  | { readonly at: OwnDeath; readonly nth: number }
  /** by the proxy, when the so-manieth request of this kind comes in or its answer goes out */
  | { readonly at: 'containing' | 'revoking' | 'looking'; readonly nth: number; readonly answered: boolean }

export interface Campaign {
  /** the bundled response-child.ts */
  readonly script: string
  /** for what a run leaves, which goes with the run */
  readonly folder: string
  readonly population: Population
  readonly fault: Fault | null
  /** one after the other, each in a life of its own; the life after the last one lives on */
  readonly deaths: readonly Death[]
  /** platform's clock minus the console's, ms */
  readonly skewMs: number
  readonly seed: number
  readonly plant?: Plant
}

/** What went wrong; every one of these is to be 0. */
export interface Harm {
  /** tokens called revoked, to the page, in the database, in the ledger, among the tombstones, that were listed then */
  readonly called: number
  /** tokens of the plan that are still listed when the response is settled */
  readonly left: number
  /** revocations sent for a token that was gone */
  readonly repeated: number
  /** tokens without a result of their own in the file of results */
  readonly unresolved: number
  /** ledgers that do not verify, deeds recorded without an outcome, reports that were not made */
  readonly unproven: number
}

export interface Outcome extends Harm {
  readonly kills: number
  readonly faults: number
  readonly requests: number
}

/** No life lasts longer, ms: long enough for a machine with much else to do. */
const LONGEST_LIFE_MS = 600_000
/** Requests that meet the fault in one life, and how likely each one is to, in thousandths. */
const MOST_FAULTS = 8
const LIKELY = 40

const OF_REVOCATIONS: ReadonlySet<Fault> = new Set([
  'token-not-found',
  'lock-error',
  'error-below',
  'forbidden',
])
const OF_PAGES: ReadonlySet<Fault> = new Set(['partial-page'])
const ALWAYS: ReadonlySet<Fault> = new Set(['drip', 'partial-page'])
/** Each costs a deadline. */
const SLOW: ReadonlySet<Fault> = new Set(['hang', 'no-answer'])

const isRevocation = (document: string): boolean => document.includes('mutation TokenAdminRevoke')
const isPage = (document: string): boolean => document.includes('query Inventory')
const isReading = (document: string): boolean => isPage(document) || document.includes('query UserAccess')
const isContainment = (document: string): boolean => /mutation User(SessionsKill|Lock)/.test(document)

/** Makes people with tokens, on the local platform in the part of OpenCTI 7. */
export async function populate(
  folder: string,
  kind: Life['kind'],
  { owners, tokensEach }: { owners: number; tokensEach: number },
): Promise<Population> {
  mkdirSync(folder, { recursive: true })
  const platform = await startTestPlatform({
    as: 'opencti-7',
    seed: 'demo',
    clock: systemClock,
    dataFolder: folder,
  })
  const targets: Life['targets'] = []
  for (let index = 0; index < owners; index += 1) {
    const sessions = kind === 'lost-device' ? 2 : 0
    const { id, tokens } = await addHolder(platform, `Owner ${index}`, { tokens: tokensEach, sessions })
    targets.push({ userId: id, tokenIds: tokens.map((token) => token.id) })
  }
  await platform.platform.stop()
  return { folder, kind, targets }
}

/** One response with all its lives, on a fresh copy of its population. */
export async function respond(campaign: Campaign): Promise<Outcome> {
  const folder = mkdtempSync(join(campaign.folder, 'run-'))
  const profile = join(folder, 'profile')
  const data = join(folder, 'platform')
  mkdirSync(profile)
  cpSync(campaign.population.folder, data, { recursive: true })
  const clock = { ...systemClock, now: () => systemClock.now() + campaign.skewMs }
  const platform = await startTestPlatform({ as: 'opencti-7', dataFolder: data, clock })
  const proxy = await startFaultProxy(platform.url)
  const truth = tokensOf(data)
  const random = numbers(campaign.seed)
  const harm = { called: 0, left: 0, repeated: 0, unresolved: 0, unproven: 0 }
  let kills = 0
  let faults = 0
  let refusals = 0

  const fault = (document: string): Fault | null => {
    const { fault } = campaign
    if (fault === null || !(isRevocation(document) || isReading(document))) return null
    if (OF_REVOCATIONS.has(fault) && !isRevocation(document)) return null
    if (OF_PAGES.has(fault) && !isPage(document)) return null
    // A token that is refused is refused for a while.
    if (fault === 'unauthorized' && refusals > 0) {
      refusals -= 1
      return fault
    }
    const most = (kills + 1) * (SLOW.has(fault) ? MOST_FAULTS / 4 : MOST_FAULTS)
    if (!ALWAYS.has(fault) && (faults >= most || random(1_000) >= LIKELY)) return null
    faults += 1
    if (fault === 'unauthorized') refusals = 3
    return fault
  }

  try {
    const life = {
      folder: profile,
      url: proxy.url,
      token: platform.platform.consoleToken.expose(),
      kind: campaign.population.kind,
      targets: campaign.population.targets,
      plant: campaign.plant ?? null,
    }
    for (const death of [...campaign.deaths, null]) {
      const running = new RunningLife(campaign.script, life, death, (gone) => {
        harm.called += gone.filter((id) => truth.lists(id)).length
      })
      overhear(proxy, running, death, {
        fault,
        sent: (id) => {
          if (!truth.lists(id)) harm.repeated += 1
        },
        // While what killed it is still held back: the platform cannot make true meanwhile what was said too early.
        killed: () => {
          harm.called += calledRevoked(profile).filter((id) => truth.lists(id)).length
        },
      })
      const told = await running.ended
      if (told === 'killed') {
        kills += 1
        if (death && isOwn(death))
          harm.called += calledRevoked(profile).filter((id) => truth.lists(id)).length
        continue
      }
      const planned = campaign.population.targets.flatMap(({ tokenIds }) => tokenIds)
      harm.left += planned.filter((id) => truth.lists(id)).length
      harm.called += calledRevoked(profile).filter((id) => truth.lists(id)).length
      const results = new Set(told.results)
      harm.unresolved += planned.filter((id) => !results.has(id)).length
      harm.unproven += told.ledger.filter((state) => state !== 'whole').length
      harm.unproven += openDeeds(profile) + (told.reported ? 0 : 1)
      // A death that did not come, because the response had ended before.
      break
    }
    return { ...harm, kills, faults, requests: proxy.seen.length }
  } finally {
    truth.close()
    await proxy.close()
    await platform.platform.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const isOwn = (death: Death): death is Extract<Death, { at: OwnDeath }> => !('answered' in death)

interface Ears {
  readonly fault: (document: string) => Fault | null
  /** a revocation that goes on to the platform */
  readonly sent: (tokenId: string) => void
  readonly killed: () => void
}

/** Puts the proxy between this life and the platform: it counts, harms, and kills when the death is due. */
function overhear(proxy: FaultProxy, life: RunningLife, death: Death | null, ears: Ears): void {
  const due = death && !isOwn(death) ? death : null
  const is = { containing: isContainment, revoking: isRevocation, looking: isReading }
  const counts = (document: string): boolean => due !== null && is[due.at](document)
  let asked = 0
  let answered = 0
  let revoked = false
  proxy.choose = async (document) => {
    revoked ||= isRevocation(document) || isContainment(document)
    if (!due || due.answered || !counts(document) || (due.at === 'looking' && !revoked)) return null
    asked += 1
    if (asked !== due.nth) return null
    await life.kill()
    ears.killed()
    return 'cut'
  }
  proxy.chooseCall = ({ document, variables }) => {
    const fault = ears.fault(document)
    if (isRevocation(document) && fault === null) ears.sent(String(variables.id))
    return fault
  }
  proxy.rewrite = (document, answer) => {
    if (!due?.answered || !counts(document) || (due.at === 'looking' && !revoked)) return answer
    answered += 1
    if (answered === due.nth) void life.kill().then(ears.killed)
    return answer
  }
}

/** A console in a process of its own. */
class RunningLife {
  /** what it said at its end, or that it was killed; @throws when it ended in any other way */
  readonly ended: Promise<Extract<Told, { end: unknown }>['end'] | 'killed'>
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #exit: Promise<unknown[]>

  constructor(
    script: string,
    life: Omit<Life, 'dies'>,
    death: Death | null,
    gone: (tokenIds: readonly string[]) => void,
  ) {
    const told: Life = { ...life, dies: death && isOwn(death) ? death : null }
    this.#child = spawn(
      join(import.meta.dirname, '../../node_modules/.bin/node'),
      ['--disable-warning=ExperimentalWarning', script, JSON.stringify(told)],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#exit = once(this.#child, 'close')
    this.ended = this.#live(gone)
  }

  /** Resolves when the process is no more. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  async #live(gone: (tokenIds: readonly string[]) => void) {
    let end: Extract<Told, { end: unknown }>['end'] | null = null
    let errors = ''
    this.#child.stderr.on('data', (piece: Buffer) => {
      errors += piece
    })
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const told: Told = JSON.parse(line)
      if ('gone' in told) gone(told.gone)
      else end = told.end
    })
    const late = setTimeout(() => this.#child.kill('SIGTERM'), LONGEST_LIFE_MS)
    const [code, signal] = await this.#exit
    clearTimeout(late)
    if (signal === 'SIGKILL') return 'killed' as const
    if (code !== 0 || end === null) throw new Error(`The console ended with ${code ?? signal}: ${errors}`)
    return end as Extract<Told, { end: unknown }>['end']
  }
}
