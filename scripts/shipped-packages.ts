import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** A package whose code, style or font is in what the build made. */
export interface ShippedPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression; '' when the package names none */
  readonly licence: string
  /** the licence as the package brings it; null when it brings none */
  readonly text: string | null
}

/** Beside each built part: the packages in it. */
export const SHIPPED_FILE = 'packages.json'

/**
 * Writes down which packages got into a part of the build, from the bundler's own list of what it kept.
 * @param root folder that holds node_modules
 * @param runtime packages that stand for the runtime around the program; what they need to be installed is not shipped
 * @param outside packages that the part needs beside the bundle; with all they depend on
 */
export function shippedPackages(
  root: string,
  { runtime = [], outside = [] }: { runtime?: readonly string[]; outside?: readonly string[] } = {},
): Plugin {
  return {
    name: 'shipped-packages',
    apply: 'build',
    generateBundle(_, bundle) {
      const folders = new Set([
        ...runtime.map((name) => join(root, 'node_modules', name)),
        ...outside.flatMap((name) => withDependencies(root, name)),
      ])
      const add = (file: string): void => {
        const folder = packageFolder(file)
        if (folder !== null) folders.add(join(root, folder))
      }
      for (const output of Object.values(bundle)) {
        if (output.type === 'asset') for (const file of output.originalFileNames) add(join(root, file))
        else
          for (const [id, { renderedLength }] of Object.entries(output.modules))
            if (renderedLength > 0 || /\.css\b/.test(id)) add(id)
      }
      // A style is taken out of its module, so that nothing of it is left in the bundle's list.
      for (const id of this.getModuleIds()) if (/\.css$/.test(id)) add(id)
      const packages = distinct([...folders].map(readPackage))
      this.emitFile({
        type: 'asset',
        fileName: SHIPPED_FILE,
        source: `${JSON.stringify(packages, null, 1)}\n`,
      })
    },
  }
}

/** Each version once, in an order of its own: the same build gives the same bytes. */
export function distinct<Package extends Pick<ShippedPackage, 'name' | 'version'>>(
  packages: readonly Package[],
): Package[] {
  const byName = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]))
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** `node_modules/…/name` of a file in there; null for a file of our own. */
export function packageFolder(file: string): string | null {
  const clean = file.replaceAll('\\', '/').replaceAll('\0', '')
  const inner = /(?:^|\/)(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(clean)
  return inner?.[1] ?? null
}

function withDependencies(root: string, name: string, seen = new Set<string>()): string[] {
  const folder = join(root, 'node_modules', name)
  if (seen.has(folder) || !existsSync(join(folder, 'package.json'))) return []
  seen.add(folder)
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const one of Object.keys(dependencies)) withDependencies(root, one, seen)
  return [...seen]
}

function readPackage(folder: string): ShippedPackage {
  const { name, version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const licence = typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type ?? '')
  return { name, version, licence, text: licenceText(folder) }
}

function licenceText(folder: string): string | null {
  const file = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying|ofl)(?:[-.].*)?$/i.test(name))
  return file === undefined ? null : readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()
}
