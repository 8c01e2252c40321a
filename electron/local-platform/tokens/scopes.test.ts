import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isCapable } from '#shared/domain/capability.ts'
import { BUILT_IN_ADMIN_ID } from '../users/user.ts'
import { grantedScopes, RefusedScopeError } from './scopes.ts'

const NAMES = [
  'KNOWLEDGE',
  'KNOWLEDGE_KNUPDATE',
  'SETTINGS',
  'SETTINGS_SETACCESSES',
  'MODULES',
  'BYPASS',
  'APIACCESS_USETOKEN',
]

it('a granted scope lets nobody do more than its user, and no more than the token that made it', () => {
  const names = fc.subarray(NAMES)
  fc.assert(
    fc.property(names, names, fc.option(names), fc.constantFrom(...NAMES), (own, asked, maker, wanted) => {
      const owner = { id: 'someone', capabilities: own.join(' ') }
      try {
        const scopes = grantedScopes(owner, asked, maker)
        const inScope = isCapable({ id: '', capabilities: scopes ?? [] }, wanted)
        if (inScope) expect(isCapable({ id: owner.id, capabilities: own }, wanted)).toBe(true)
        if (inScope && maker) expect(isCapable({ id: '', capabilities: maker }, wanted)).toBe(true)
      } catch (error) {
        if (!(error instanceof RefusedScopeError)) throw error
      }
    }),
    { numRuns: 3_000 },
  )
})

it('may be any part of what the built-in administrator can do, once each', () => {
  const admin = { id: BUILT_IN_ADMIN_ID, capabilities: '' }
  expect(grantedScopes(admin, ['MODULES', 'MODULES'], null)).toEqual(['MODULES'])
  expect(grantedScopes(admin, null, null)).toBeNull()
  const many = Array.from({ length: 51 }, (_, index) => `CAPABILITY_${index}`)
  expect(() => grantedScopes(admin, many, null)).toThrow(RefusedScopeError)
})
