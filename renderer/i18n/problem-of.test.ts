import { createRouterClient, implement } from '@orpc/server'
import { expect, test } from 'vitest'
import { contract } from '#shared/contract/index.ts'
import { problemOf } from './problem-of.ts'

test('what the contract refuses was not used, and is not called a bug', async () => {
  const rename = implement(contract).connections.rename.handler(() => {
    throw new Error('Reached')
  })
  const client = createRouterClient({ rename })
  const error = await client.rename({ id: 'cert', name: 'n'.repeat(81) }).catch((thrown: unknown) => thrown)
  expect(problemOf(error)).toEqual({ code: 'bad-input', detail: null })
})

test('what is not of the contract is a bug', () => {
  expect(problemOf(new Error('Broken'))).toEqual({ code: 'internal', detail: 'Broken' })
})
