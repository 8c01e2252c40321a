import { EventEmitter } from 'node:events'
import type { MessageBoxOptions } from 'electron'
import { expect, it } from 'vitest'
import { quietLogger } from '../../tests/support/quiet-logger.ts'
import { type Recoverable, recoverPage } from './page-recovery.ts'

/** A window whose page the test ends, and whose questions it answers. */
function watched() {
  const deeds: string[] = []
  const questions: { message: string; answer(button: number): void; taken: boolean }[] = []
  const webContents = Object.assign(new EventEmitter(), {
    reload: () => void deeds.push('reload'),
    forcefullyCrashRenderer() {
      deeds.push('kill')
      webContents.emit('render-process-gone', {}, { reason: 'killed' })
    },
  })
  const window = Object.assign(new EventEmitter(), { webContents, destroy: () => void deeds.push('destroy') })
  let now = 0
  recoverPage(window as unknown as Recoverable, {
    now: () => now,
    logger: quietLogger().logger,
    words: async () => (id) => id,
    ask: (question: MessageBoxOptions, signal) =>
      new Promise((resolve) => {
        const asked = { message: question.message, answer: resolve, taken: false }
        questions.push(asked)
        signal.addEventListener('abort', () => {
          asked.taken = true
          resolve(question.cancelId ?? -1)
        })
      }),
    tell: (cause) => void deeds.push(`told: ${cause}`),
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    deeds,
    questions,
    settle,
    ends: (reason: string) => webContents.emit('render-process-gone', {}, { reason }),
    async becomes(state: 'unresponsive' | 'responsive') {
      window.emit(state)
      await settle()
    },
    later: (ms: number) => {
      now += ms
    },
  }
}

it('loads the page again and tells why', () => {
  const { ends, deeds } = watched()
  ends('crashed')
  ends('oom')
  ends('clean-exit')
  expect(deeds).toEqual(['told: crash', 'reload', 'told: memory', 'reload'])
})

it('asks after the fourth crash within a minute, and does what is answered', async () => {
  const { ends, deeds, questions, settle, later } = watched()
  for (let crash = 0; crash < 4; crash++) ends('crashed')
  await settle()
  expect(deeds.filter((deed) => deed === 'reload')).toHaveLength(3)
  expect(questions.map(({ message }) => message)).toEqual(['crash.message'])
  questions[0]?.answer(1)
  await settle()
  expect(deeds.at(-1)).toBe('reload')
  ends('crashed')
  await settle()
  questions[1]?.answer(0)
  await settle()
  expect(deeds.at(-1)).toBe('destroy')
  later(60_000)
  ends('crashed')
  expect(deeds.at(-1)).toBe('reload')
})

it('asks once about a page that does not answer, and waits when told to', async () => {
  const { becomes, questions, deeds, settle } = watched()
  await becomes('unresponsive')
  await becomes('unresponsive')
  expect(questions.map(({ message }) => message)).toEqual(['freeze.message'])
  questions[0]?.answer(0)
  await settle()
  expect(deeds).toEqual([])
  await becomes('unresponsive')
  expect(questions).toHaveLength(2)
})

it('ends and loads a page that does not answer when told to, and calls it by its name', async () => {
  const { becomes, questions, deeds, settle } = watched()
  await becomes('unresponsive')
  questions[0]?.answer(1)
  await settle()
  expect(deeds).toEqual(['kill', 'told: frozen', 'reload'])
})

it('takes the question away when the page answers again, or has ended', async () => {
  const { becomes, questions, deeds, ends, settle } = watched()
  await becomes('unresponsive')
  await becomes('responsive')
  await settle()
  expect([questions[0]?.taken, deeds]).toEqual([true, []])
  await becomes('unresponsive')
  ends('crashed')
  await settle()
  expect([questions[1]?.taken, deeds]).toEqual([true, ['told: crash', 'reload']])
})
