import { utilityProcess } from 'electron'
import type { Child } from '../core/ports/child-process.ts'

/**
 * A child as Electron gives it: a utility process, which ends with the app and runs without the RunAsNode fuse.
 * @param entry path of the built module
 * @param name what the system's process list shows
 * @param args what kind of child it is; never a secret
 */
export function utilityChild(entry: string, name: string, args: readonly string[] = []): Child {
  const child = utilityProcess.fork(entry, [...args], { stdio: 'pipe', serviceName: name })
  return {
    post: (message) => child.postMessage(message),
    onMessage: (heard) => void child.on('message', heard),
    onOutput(heard) {
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (piece: Buffer) => heard(piece.toString('utf8')))
    },
    onExit: (heard) => void child.once('exit', heard),
    kill(signal) {
      const { pid } = child
      if (pid === undefined) return
      if (signal === 'SIGTERM') child.kill()
      else endNow(pid)
    },
  }
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // gone meanwhile
  }
}
