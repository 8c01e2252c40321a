import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { V1Pod } from '@kubernetes/client-node'
import { expect, it } from 'vitest'
import { podState } from './pod-state.ts'

/** Answers of a real API server, kept by `GATEHOUSE_RECORD=1 npm run test:kubernetes`. */
const recorded = (name: string): V1Pod[] =>
  JSON.parse(
    readFileSync(
      join(import.meta.dirname, '../../../../tests/support/recorded', `pods-${name}.json`),
      'utf8',
    ),
  )
const nameOf = ([pod]: V1Pod[]): string => pod?.spec?.containers[0]?.name ?? ''
const stateOf = (pods: V1Pod[], replicas = 1) => podState(pods, replicas, nameOf(pods))

it('a pod that runs', () => {
  const state = stateOf(recorded('running'))
  expect(state).toMatchObject({ state: 'running', reason: null })
  expect(state.evidence).toMatchObject({ restartCount: 0, exitCode: null, looping: false })
  expect(state.evidence.startedAt).toBeGreaterThan(0)
})

it('a crash loop, with its exit code and its restarts', () => {
  const state = stateOf(recorded('crashLoop'))
  expect(state).toMatchObject({ state: 'restarting', reason: 'CrashLoopBackOff' })
  expect(state.evidence).toMatchObject({ exitCode: 3, looping: true })
  expect(state.evidence.restartCount).toBeGreaterThan(0)
})

it('an image that does not come', () => {
  expect(stateOf(recorded('imagePull'))).toMatchObject({
    state: 'pending',
    reason: expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/),
  })
})

it('no pod: stopped as wanted, or not there yet', () => {
  expect(stateOf([], 0)).toMatchObject({ state: 'stopped', pod: null })
  expect(stateOf([], 1)).toMatchObject({ state: 'pending', reason: 'no pod yet' })
})
