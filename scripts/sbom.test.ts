import { describe, expect, it } from 'vitest'
import { isAllowed } from './licences.ts'
import { licenceTroubles, sbomOf } from './sbom.ts'
import { distinct, packageFolder } from './shipped-packages.ts'

const program = { name: 'gatehouse', version: '0.1.0', license: 'Apache-2.0', description: 'A console' }
const shipped = (name: string, licence = 'MIT', version = '1.0.0') => ({ name, version, licence, text: null })

describe('licences', () => {
  it.each([
    'MIT',
    '(MIT OR GPL-3.0-only)',
    'MIT AND Zlib',
    '(GPL-2.0-only OR (MIT AND ISC))',
    '(MIT OR GPL-2.0-only) AND ISC',
    'MPL-2.0 OR Apache-2.0',
  ])('%s may ship', (expression) => expect(isAllowed(expression)).toBe(true))

  it.each([
    '',
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    '(MIT OR ISC) AND AGPL-3.0-only',
    'SEE LICENSE IN LICENSE.md',
    'UNLICENSED',
    'MIT WITH Something-exception',
    '(MIT',
    'mit licence',
  ])('%s may not', (expression) => expect(isAllowed(expression)).toBe(false))

  it('each package that may not ship is named with the reason', () => {
    expect(
      licenceTroubles([shipped('fine'), shipped('silent', ''), shipped('copyleft', 'GPL-3.0-only')]),
    ).toEqual([
      'silent@1.0.0 names no licence',
      'copyleft@1.0.0 is under GPL-3.0-only, which may not be shipped',
    ])
  })
})

describe('the bill of materials', () => {
  const lock = {
    '': { version: '0.1.0' },
    'node_modules/plain': { version: '1.0.0', integrity: 'sha512-AAEC' },
    'node_modules/keytar': { name: '@github/keytar', version: '7.0.0' },
    'node_modules/plain/node_modules/inner': { version: '2.0.0', integrity: 'sha1-AAEC' },
  }

  it('names each package as the lockfile has it', () => {
    const packages = [shipped('plain', '(MIT OR ISC)'), shipped('@github/keytar', 'MIT', '7.0.0')]
    const { components, dependencies } = sbomOf(program, packages, lock)
    expect(components).toMatchObject([
      {
        purl: 'pkg:npm/plain@1.0.0',
        licenses: [{ expression: '(MIT OR ISC)' }],
        hashes: [{ alg: 'SHA-512', content: '000102' }],
      },
      { purl: 'pkg:npm/%40github/keytar@7.0.0', licenses: [{ license: { id: 'MIT' } }], hashes: [] },
    ])
    expect(dependencies).toEqual([
      {
        ref: 'pkg:npm/gatehouse@0.1.0',
        dependsOn: ['pkg:npm/plain@1.0.0', 'pkg:npm/%40github/keytar@7.0.0'],
      },
    ])
  })

  it('takes no hash that is broken, and finds packages inside of packages', () => {
    expect(sbomOf(program, [shipped('inner', 'MIT', '2.0.0')], lock).components[0]?.hashes).toEqual([])
  })

  it('refuses what nobody locked', () => {
    expect(() => sbomOf(program, [shipped('plain', 'MIT', '1.0.1')], lock)).toThrow('plain@1.0.1')
  })
})

describe('what a part of the build holds', () => {
  it.each([
    ['/home/x/node_modules/react/index.js', 'node_modules/react'],
    ['/x/node_modules/@orpc/client/dist/a.js?commonjs', 'node_modules/@orpc/client'],
    ['\0/x/node_modules/a/node_modules/@b/c/i.js', 'node_modules/a/node_modules/@b/c'],
    ['C:\\x\\node_modules\\zod\\v4\\index.js', 'node_modules/zod'],
    ['/x/renderer/app/main.tsx', null],
    ['\0vite/preload-helper.js', null],
  ])('%s', (file, folder) => expect(packageFolder(file)).toBe(folder))

  it('is each version once', () => {
    const both = [shipped('b'), shipped('a'), shipped('b'), shipped('b', 'MIT', '0.9.0')]
    expect(distinct(both).map(({ name, version }) => `${name}@${version}`)).toEqual([
      'a@1.0.0',
      'b@0.9.0',
      'b@1.0.0',
    ])
  })
})
