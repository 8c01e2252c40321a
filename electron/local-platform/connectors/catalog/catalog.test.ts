import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testCatalog } from '../../../../tests/support/test-catalog.ts'
import { BUILT_IN_CATALOGS } from './built-in.ts'
import { catalogs } from './catalogs.ts'
import { Catalog, compareVersions, supports } from './contract.ts'
import { customCatalog } from './custom.ts'

describe('catalogues', () => {
  it('the built-in ones have the form that is asked of others, and no slug or image twice', () => {
    for (const catalog of BUILT_IN_CATALOGS) expect(Catalog.safeParse(catalog).error).toBeUndefined()
    const all = BUILT_IN_CATALOGS.flatMap(({ contracts }) => contracts)
    expect(new Set(all.map(({ slug }) => slug)).size).toBe(all.length)
    expect(new Set(all.map(({ container_image }) => container_image)).size).toBe(all.length)
  })

  it('a contract is found by its image, whatever the version and the registry’s port', () => {
    const own = testCatalog('registry.example:5000/team/steady:1')
    const found = catalogs([own], true)
    for (const image of [
      'registry.example:5000/team/steady',
      'registry.example:5000/team/steady:1',
      'registry.example:5000/team/steady:older',
    ])
      expect(found.byImage(own.id, image)?.contract.slug).toBe('test-connector')
    expect(found.byImage(own.id, 'registry.example:5000/team/other')).toBeNull()
    expect(found.byImage('another', 'registry.example:5000/team/steady')).toBeNull()
    expect(found.byImage(own.id, null)).toBeNull()
  })

  it('a file of one’s own is read, and what is wrong in it is named', () => {
    const file = (text: string): string => {
      const path = join(mkdtempSync(join(tmpdir(), 'gatehouse-catalog-')), 'catalog.json')
      writeFileSync(path, text)
      return path
    }
    const good = testCatalog('steady:1')
    expect(customCatalog(file(JSON.stringify(good))).id).toBe(good.id)
    expect(() => customCatalog(file('{'))).toThrow(/cannot be read as JSON/)
    expect(() => customCatalog('/nonexistent')).toThrow(/nonexistent cannot be read/)
    const [contract] = good.contracts
    const bad = { ...good, contracts: [{ ...contract, container_image: '' }] }
    expect(() => customCatalog(file(JSON.stringify(bad)))).toThrow(/contracts\.0\.container_image/)
  })
})

it.each([
  ['7.261101.0', '>=6.8.0', true],
  ['7.261101.0', '>=7.261101.0', true],
  ['7.261101.0', '>= 7.261102.0', false],
  ['6.9.4', '>=6.10.0', false],
  ['6.9.4', null, true],
  ['6.9.4', '^7', true],
])('version %s against %s: %s', (version, range, expected) => {
  expect(supports(version, range)).toBe(expected)
})

it('versions are compared by number', () => {
  expect(compareVersions('6.10.0', '6.9.9')).toBeGreaterThan(0)
  expect(compareVersions('7.1', '7.1.0')).toBe(0)
  expect(compareVersions('rolling', '7')).toBeLessThan(0)
})
