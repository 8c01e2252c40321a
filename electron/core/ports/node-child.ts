import { fork } from 'node:child_process'
import type { Child } from './child-process.ts'

/**
 * A child as `child_process.fork` gives it, for hosts on plain Node. A child that loses its parent hears `disconnect`.
 * @param entry path of the JavaScript or TypeScript module to run
 * @param args what kind of child it is; never a secret, since every user of the machine can read them
 */
export function forkChild(entry: string, args: readonly string[] = []): Child {
  const child = fork(entry, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced' })
  return {
    post(message) {
      // A child that has just died is reported by its exit, not by a failed send.
      if (child.connected) child.send(message as object, () => {})
    },
    onMessage: (heard) => void child.on('message', heard),
    onOutput(heard) {
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', heard)
      }
    },
    onExit(heard) {
      let told = false
      const tell = (code: number | null): void => {
        if (!told) heard(code)
        told = true
      }
      child.once('exit', tell)
      child.once('error', () => tell(null))
    },
    kill(signal) {
      child.kill(signal)
    },
  }
}
