import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { ChildMessage, ChildTask, Measured } from './xtm-one-child.ts'
import { REGISTRATION_TOKEN, type Rig } from './xtm-one-rig.ts'

export interface ProcessRun {
  readonly child: ChildProcess
  readonly ended: Promise<{ signal: string | null; outcome: string | null; measured: Measured | null }>
}

/** The registration manager of a rig in a process of its own, which may be killed at any point. */
export function runRegistration(
  rig: Rig,
  more: Partial<ChildTask>,
  heard: (message: ChildMessage, child: ChildProcess) => void = () => {},
): ProcessRun {
  const task: ChildTask = {
    folder: rig.folder,
    url: rig.standIn.url,
    token: REGISTRATION_TOKEN,
    stopAt: null,
    clockOffsetMs: 0,
    measuredBeats: 0,
    ...more,
  }
  const entry = join(import.meta.dirname, 'xtm-one-child.ts')
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--disable-warning=ExperimentalWarning', entry, JSON.stringify(task)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  const ended = new Promise<Awaited<ProcessRun['ended']>>((resolve) => {
    let done: Extract<ChildMessage, { type: 'done' }> | null = null
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'done') done = message
      heard(message, child)
    })
    child.on('exit', (_code, signal) =>
      resolve({ signal, outcome: done?.outcome ?? null, measured: done?.measured ?? null }),
    )
  })
  return { child, ended }
}
