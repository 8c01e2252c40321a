import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * A desktop app with Node's inspector open to its main process and to nothing else: Playwright would make every page believe
 * that it is in sight.
 */
export interface InspectedApp {
  readonly pid: number
  /** Evaluates in the main process, where `require('electron')` is at hand; waits for a promise. */
  evaluate<Result>(expression: string): Promise<Result>
  close(): Promise<void>
}

export async function launchInspected(command: {
  readonly executablePath: string
  readonly args: readonly string[]
  readonly env: Record<string, string>
}): Promise<InspectedApp> {
  const child = spawn(command.executablePath, ['--inspect=0', ...command.args], {
    env: command.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /Debugger listening on (ws:\S+)/.exec(line)?.[1]
      if (found) resolve(found)
    })
    void gone.then(() => reject(new Error('The app ended at once')))
  })
  const socket = new WebSocket(url)
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  let asked = 0
  return {
    pid: child.pid ?? 0,
    async evaluate<Result>(expression: string) {
      asked += 1
      const id = asked
      const answered = new Promise<Answer>((resolve) => void waiting.set(id, resolve))
      const params = {
        // Held, or the promise may be collected while the inspector waits for it. A packed app has no `require` of its own.
        expression: `globalThis.inspected = (async (require) => (${expression}))(
          process.getBuiltinModule('module').createRequire(process.execPath))`,
        awaitPromise: true,
        returnByValue: true,
      }
      socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }))
      const { result, error } = await answered
      if (!result || result.exceptionDetails)
        throw new Error(result?.exceptionDetails?.exception?.description ?? error?.message ?? 'No result')
      return result.result.value as Result
    },
    async close() {
      socket.close()
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await gone
      clearTimeout(late)
    },
  }
}

interface Answer {
  readonly id: number
  readonly result?: {
    readonly result: { readonly value: unknown }
    readonly exceptionDetails?: { readonly exception?: { readonly description?: string } }
  }
  readonly error?: { readonly message: string }
}
