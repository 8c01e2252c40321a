import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ProblemError } from '#base/problem-error.ts'
import type { ShippedPackage } from '#shared/contract/about.ts'

/** As the build writes it beside each of its parts (scripts/shipped-packages.ts). */
const BuiltPackages = z.array(
  z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string().nullable() }),
)
type BuiltPackage = z.infer<typeof BuiltPackages>[number]

const PARTS = ['main', 'preload', 'renderer']

/** What of others ships with the program, read from the build when it is asked for. */
export class AboutService {
  readonly #built: string | null

  /** @param built folder of the built parts; null: the program runs from its sources */
  constructor(built: string | null) {
    this.#built = built
  }

  /** Each version once, by name. @throws ProblemError `internal` when the build lacks its list */
  async packages(): Promise<ShippedPackage[]> {
    const packages = new Map((await this.#read()).map((one) => [`${one.name}@${one.version}`, one]))
    return [...packages]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { name, version, licence, text }]) => ({ name, version, licence, hasText: text !== null }))
  }

  async licence(name: string, version: string): Promise<string | null> {
    const found = (await this.#read()).find((one) => one.name === name && one.version === version)
    return found?.text ?? null
  }

  async #read(): Promise<BuiltPackage[]> {
    const built = this.#built
    if (built === null) return []
    const parts = PARTS.map((part) => readFile(join(built, part, 'packages.json'), 'utf8'))
    try {
      return (await Promise.all(parts)).flatMap((text) => BuiltPackages.parse(JSON.parse(text)))
    } catch {
      throw new ProblemError('internal', 'The list of packages is missing from this build.')
    }
  }
}
