import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAllowed } from './licences.ts'
import { distinct, SHIPPED_FILE, type ShippedPackage } from './shipped-packages.ts'

/**
 * `npm run build` and `npm run package` end with this: the bill of materials of what was built (CycloneDX 1.6), in
 * `out/gatehouse.cdx.json`. Made of the bundler's own lists, so that it names what ships and not what was installed; the
 * hashes are the lockfile's. The same build gives the same bytes: no time, no random number.
 */

const ROOT = join(import.meta.dirname, '..')
const PARTS = ['main', 'preload', 'renderer'] as const
export const SBOM_FILE = join(ROOT, 'out', 'gatehouse.cdx.json')

interface Locked {
  readonly version?: string
  readonly integrity?: string
  /** of an alias: the package that it is */
  readonly name?: string
}

/** What ships, over all parts of the build. @throws ENOENT when a part was not built */
export function shipped(out = join(ROOT, 'out')): ShippedPackage[] {
  return distinct(
    PARTS.flatMap(
      (part) => JSON.parse(readFileSync(join(out, part, SHIPPED_FILE), 'utf8')) as ShippedPackage[],
    ),
  )
}

/** Why these must not ship: a sentence for each package without a licence, or with one that is not allowed. */
export function licenceTroubles(packages: readonly ShippedPackage[]): string[] {
  return packages.flatMap(({ name, version, licence }) => {
    if (licence === '') return [`${name}@${version} names no licence`]
    return isAllowed(licence) ? [] : [`${name}@${version} is under ${licence}, which may not be shipped`]
  })
}

/**
 * The bill of materials.
 * @param packages what ships
 * @param lock the lockfile's `packages`, by folder
 * @throws Error naming the packages that the lockfile does not have in that version
 */
export function sbomOf(
  program: { name: string; version: string; license: string; description: string },
  packages: readonly ShippedPackage[],
  lock: Readonly<Record<string, Locked>>,
) {
  const integrities = new Map(
    Object.entries(lock).map(([folder, { version, integrity, name }]) => [
      `${name ?? folder.split('node_modules/').at(-1)}@${version}`,
      integrity,
    ]),
  )
  const unknown = packages.filter(({ name, version }) => !integrities.has(`${name}@${version}`))
  if (unknown.length > 0)
    throw new Error(
      `not in the lockfile: ${unknown.map(({ name, version }) => `${name}@${version}`).join(', ')}`,
    )
  const components = packages.map(({ name, version, licence }) => ({
    type: name === 'electron' ? 'framework' : 'library',
    'bom-ref': purl(name, version),
    name,
    version,
    purl: purl(name, version),
    scope: 'required',
    licenses: licenceChoice(licence),
    hashes: hashesOf(integrities.get(`${name}@${version}`)),
  }))
  const root = purl(program.name, program.version)
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': root,
        name: program.name,
        version: program.version,
        description: program.description,
        purl: root,
        licenses: licenceChoice(program.license),
      },
    },
    components,
    dependencies: [{ ref: root, dependsOn: components.map((component) => component['bom-ref']) }],
  }
}

/** An expression stands alone in CycloneDX; a single licence has an id. */
function licenceChoice(licence: string) {
  return / (?:OR|AND|WITH) /.test(licence) ? [{ expression: licence }] : [{ license: { id: licence } }]
}

/** https://github.com/package-url/purl-spec: the scope's `@` is written as %40. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

/** `sha512-<base64>` of the lockfile in CycloneDX's words. */
function hashesOf(integrity: string | undefined) {
  const [, bits, digest] = /^sha(256|384|512)-(.+)$/.exec(integrity ?? '') ?? []
  if (bits === undefined || digest === undefined) return []
  return [{ alg: `SHA-${bits}`, content: Buffer.from(digest, 'base64').toString('hex') }]
}

function readJson(file: string) {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
}

/** @throws Error when something ships that must not, or that nobody locked */
export function writeSbom(): void {
  const packages = shipped()
  const troubles = licenceTroubles(packages)
  if (troubles.length > 0) throw new Error(troubles.join('\n'))
  const sbom = sbomOf(readJson('package.json'), packages, readJson('package-lock.json').packages)
  writeFileSync(SBOM_FILE, `${JSON.stringify(sbom, null, 2)}\n`)
  console.log(`${packages.length} packages ship; their bill of materials is ${SBOM_FILE}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    writeSbom()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
