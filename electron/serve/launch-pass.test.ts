import { expect, it } from 'vitest'
import { launchPass } from './launch-pass.ts'

it('gives the pass once, to the right secret alone', () => {
  const pass = launchPass('gatehouse-1')
  expect(pass.launch('wrong')).toBeNull()
  expect(pass.launch(null)).toBeNull()
  expect(pass.launch('')).toBeNull()
  const cookie = pass.launch(pass.launchSecret)
  expect(cookie).toMatch(/^[\w-]{43}$/)
  expect(cookie).not.toBe(pass.launchSecret)
  expect(pass.launch(pass.launchSecret)).toBeNull()
})

it('admits whoever carries the pass under its name', () => {
  const pass = launchPass('gatehouse-1')
  const value = pass.launch(pass.launchSecret)
  expect(pass.admits(`other=1; gatehouse-1=${value}`)).toBe(true)
  // A cookie of the same name may also come from another port of this machine.
  expect(pass.admits(`gatehouse-1=stale; gatehouse-1=${value}`)).toBe(true)
  expect(pass.admits(`gatehouse-2=${value}`)).toBe(false)
  expect(pass.admits(`gatehouse-1=${value}x`)).toBe(false)
  expect(pass.admits(`gatehouse-1=`)).toBe(false)
  expect(pass.admits(undefined)).toBe(false)
})
