import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breachesOf, matchesNamePattern, NO_POLICY } from './token-policy.ts'

describe('a name pattern', () => {
  it.each([
    ['', 'anything', true],
    ['cert-*', 'cert-', true],
    ['cert-*', 'CERT-Import', true],
    ['cert-*', 'xcert-a', false],
    ['*-prod', 'a-prod', true],
    ['*-prod', 'a-prod-', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxcyyb', false],
    ['??-*', 'fr-import', true],
    ['??-*', 'fra-import', false],
    ['?', '🔑', true],
    ['*', '', true],
    ['?*', '', false],
    ['a.c', 'abc', false],
    ['[a]', '[a]', true],
  ])('%s on %s: %s', (pattern, name, fits) => {
    expect(matchesNamePattern(name, pattern)).toBe(fits)
  })

  it('of many stars is decided at once, and as a regular expression would', () => {
    const stars = '*a'.repeat(49)
    expect(matchesNamePattern('a'.repeat(200), `${stars}*b`)).toBe(false)
    const letter = fc.constantFrom('a', 'b', '?', '*')
    fc.assert(
      fc.property(
        fc.string({ unit: letter, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }),
        (pattern, name) => {
          const regular = new RegExp(`^${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`, 's')
          expect(matchesNamePattern(name, pattern)).toBe(pattern === '' || regular.test(name))
        },
      ),
    )
  })
})

it('what a policy has against a token to be made', () => {
  const policy = { maxLifetimeDays: 90, noUnlimited: true, namePattern: 'cert-*' }
  expect(breachesOf({ name: 'cert-a', duration: 'DAYS_90' }, policy)).toEqual([])
  expect(breachesOf({ name: 'a', duration: 'UNLIMITED' }, policy)).toEqual([
    'policy-lifetime',
    'policy-unlimited',
    'policy-naming',
  ])
  expect(breachesOf({ name: 'cert-a', duration: 'DAYS_365' }, policy)).toEqual(['policy-lifetime'])
  expect(breachesOf({ name: 'a', duration: 'UNLIMITED' }, NO_POLICY)).toEqual([])
})
