import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Row } from '../../scripts/bench.ts'
import { ensureBuilt } from '../../scripts/build-parts.ts'

export const id = 'PERF-5'

const OUT = join(import.meta.dirname, '..', '..', 'out')
const KB = 1_000

/** Sizes of what must be read before the window is there, from the build as it is shipped. */
export async function run(): Promise<Row[]> {
  await ensureBuilt('all')
  return [
    row('main entry, minified', sizeOf(withStaticImports(join(OUT, 'main', 'main.js'))), 400),
    row('preload', sizeOf([join(OUT, 'preload', 'preload.cjs')]), 15),
    row('first-screen JS, gzip', zippedSizeOf(firstScreen()), 300),
  ]
}

function row(what: string, bytes: number, mostKb: number): Row {
  const kb = bytes / KB
  return { id, figure: `${what} ${kb.toFixed(1)} kB`, bar: `≤ ${mostKb} kB`, pass: kb <= mostKb }
}

/** A file and all that it cannot start without. */
function withStaticImports(entry: string, seen = new Set<string>()): string[] {
  if (seen.has(entry)) return []
  seen.add(entry)
  for (const file of imports(entry, /(?:\bimport|\bfrom)\s*["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g)) {
    withStaticImports(file, seen)
  }
  return [...seen]
}

/**
 * The scripts of index.html, and what they ask for by themselves right after the first frame; of the catalogues, of which
 * one language is loaded, the largest.
 */
function firstScreen(): string[] {
  const page = join(OUT, 'renderer', 'index.html')
  const scripts = imports(page, /<script[^>]*\sdata-app="([^"]+\.js)"/g)
  const files = new Set(scripts.flatMap((script) => withStaticImports(script)))
  const later = [...files].flatMap((file) => imports(file, /\bimport\(\s*["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g))
  const catalogues = later.filter(isCatalogue).sort((a, b) => sizeOf([b]) - sizeOf([a]))
  for (const file of [...later.filter((one) => !isCatalogue(one)), ...catalogues.slice(0, 1)]) {
    for (const needed of withStaticImports(file)) files.add(needed)
  }
  return [...files]
}

function isCatalogue(file: string): boolean {
  return /^[a-z]{2}-/.test(basename(file))
}

function imports(file: string, pattern: RegExp): string[] {
  const found = [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, path = '']) => path)
  return found.map((path) => join(dirname(file), path))
}

function sizeOf(files: readonly string[]): number {
  return files.reduce((total, file) => total + readFileSync(file).byteLength, 0)
}

function zippedSizeOf(files: readonly string[]): number {
  return files.reduce((total, file) => total + gzipSync(readFileSync(file), { level: 9 }).byteLength, 0)
}
