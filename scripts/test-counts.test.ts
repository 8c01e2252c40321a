import { expect, it } from 'vitest'
import { countsOf, failuresOf, lastLine, notRun, sum } from './test-counts.ts'

const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 }

it('counts a suite', () => {
  expect(countsOf(report, true, false)).toEqual({ passed: 5, failed: 0, skipped: 2 })
  expect(countsOf({ ...report, numFailedTests: 3 }, false, false)).toEqual({
    passed: 5,
    failed: 3,
    skipped: 2,
  })
})

it('counts an error outside of a test, and a report that is missing, as a failure', () => {
  expect(countsOf(report, false, false).failed).toBe(1)
  expect(countsOf(null, true, false)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

it('counts what was skipped as failed where everything must run', () => {
  expect(countsOf(report, true, true)).toEqual({ passed: 5, failed: 2, skipped: 0 })
  expect(notRun(true)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(notRun(false)).toEqual({ passed: 0, failed: 0, skipped: 1 })
})

it('names what failed, by file and test, with the first line of its words', () => {
  const testResults = [
    {
      name: '/root/a.test.ts',
      status: 'failed',
      assertionResults: [
        { status: 'passed', fullName: 'is well' },
        {
          status: 'failed',
          fullName: 'is not',
          failureMessages: ['\u001b[31mexpected 1\u001b[39m\n  at a.ts'],
        },
      ],
    },
    { name: '/root/b/c.test.ts', status: 'failed', message: 'no such file', assertionResults: [] },
    { name: '/root/d.test.ts', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'x' }] },
  ]
  expect(failuresOf({ ...report, testResults }, '/root')).toEqual([
    'a.test.ts: is not: expected 1',
    'b/c.test.ts: no such file',
  ])
  expect(failuresOf(null, '/root')).toEqual([])
})

it('ends with one line', () => {
  expect(lastLine(sum([countsOf(report, true, false), notRun(true)]))).toBe('5 passed, 1 failed, 2 skipped')
})
