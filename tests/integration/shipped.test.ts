import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { licenceTroubles, SBOM_FILE, sbomOf, shipped, writeSbom } from '../../scripts/sbom.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const OUT = join(ROOT, 'out')

/** As the bundler writes them. */
const STATIC_IMPORT = /(?:^|[;\n])import(?:[\w$*{}\s,]+from)?\s*["`]([^"`\n]+)["`]/g
const DYNAMIC_IMPORT = /\bimport\(["'`]([^"'`\n]+)["'`]\)/g

beforeAll(() => ensureBuilt('all'), 240_000)

it('everything that ships has a licence, and one that may be shipped', () => {
  expect(licenceTroubles(shipped())).toEqual([])
})

it('names what is in the bundles and beside them, and not the tools', () => {
  const names = new Set(shipped().map(({ name }) => name))
  for (const name of [
    'react',
    'zod',
    'pino',
    'axios',
    'docker-modem',
    '@mantine/core',
    '@fontsource/jetbrains-mono',
  ])
    expect(names).toContain(name)
  for (const name of ['electron', '@github/keytar', '@photostructure/sqlite']) expect(names).toContain(name)
  for (const name of ['vitest', 'vite', 'typescript', 'electron-builder', 'playwright-core', 'node'])
    expect(names).not.toContain(name)
})

it('nothing is loaded at run time that is neither in a bundle nor in the list', () => {
  const imported = new Set<string>()
  for (const entry of readdirSync(join(OUT, 'main'), { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.js')) continue
    const code = readFileSync(join(OUT, 'main', entry), 'utf8')
    for (const form of [STATIC_IMPORT, DYNAMIC_IMPORT])
      for (const [, name = ''] of code.matchAll(form)) if (/^[^.:]+$/.test(name)) imported.add(name)
  }
  const builtIn = new Set(process.getBuiltinModule('module').builtinModules)
  const outside = [...imported].filter((name) => !builtIn.has(name))
  expect(outside.filter((name) => !['electron', 'keytar', '@photostructure/sqlite'].includes(name))).toEqual(
    [],
  )
})

it('the bill of materials has every one of them at the version and hash of the lockfile', () => {
  writeSbom()
  const text = readFileSync(SBOM_FILE, 'utf8')
  const { components } = JSON.parse(text) as ReturnType<typeof sbomOf>
  expect(components.map(({ name, version }) => `${name}@${version}`)).toEqual(
    shipped().map(({ name, version }) => `${name}@${version}`),
  )
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  for (const { name, version, hashes } of components) {
    const locked = Object.entries<{ name?: string; version: string; integrity?: string }>(lock).find(
      ([folder, one]) =>
        (one.name ?? folder.split('node_modules/').at(-1)) === name && one.version === version,
    )
    const digest = Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64')
    expect(`${name} sha512-${digest}`).toBe(`${name} ${locked?.[1].integrity}`)
  }
  // Where packages were fetched from is nobody's business.
  expect(text).not.toContain('resolved')
  writeSbom()
  expect(readFileSync(SBOM_FILE, 'utf8')).toBe(text)
})

it('a package that nobody locked is refused', () => {
  const program = { name: 'gatehouse', version: '0', license: 'Apache-2.0', description: '' }
  expect(() => sbomOf(program, shipped(), {})).toThrow('react@')
})

it('the console tells what ships, and each text when it is asked for', async () => {
  const { client, console } = consoleRig({ builtFolder: OUT })
  const packages = await client.about.packages()
  expect(packages).toHaveLength(shipped().length)
  const react = packages.find(({ name }) => name === 'react')
  expect(react).toMatchObject({ licence: 'MIT', hasText: true })
  expect(await client.about.licence({ name: 'react', version: react?.version ?? '' })).toContain(
    'MIT License',
  )
  expect(await client.about.licence({ name: 'react', version: '0.0.1' })).toBeNull()
  await console.dispose()

  const incomplete = consoleRig({ builtFolder: join(OUT, 'nowhere') })
  expect(await problemOf(incomplete.client.about.packages())).toMatchObject({ code: 'internal' })
  await incomplete.console.dispose()
})
