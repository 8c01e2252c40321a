import { type ChildProcess, spawn } from 'node:child_process'

export interface Command {
  readonly output: () => string
  /** Resolves when the command and everything that it started are over; null when a signal ended the command. */
  readonly code: Promise<number | null>
  /** To the command and everything that it started, as a terminal's Ctrl+C and systemd do it. */
  signal(name: NodeJS.Signals): void
  /** To the command alone, as `kill` does it. */
  signalAlone(name: NodeJS.Signals): void
}

/** Commands as people type them, each in a process group of its own, as a shell gives it. */
export class Commands {
  readonly #started: ChildProcess[] = []
  readonly #env: Readonly<Record<string, string | undefined>>

  /** @param env everything that the commands see of the environment; PATH is added */
  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = { PATH: process.env.PATH, ...env }
  }

  run(program: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
    const child = spawn(program, words, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...this.#env, ...env },
    })
    this.#started.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk
      })
    }
    return {
      output: () => output,
      // `close`, not `exit`: whatever it started holds the same outputs.
      code: new Promise((resolve) => child.once('close', resolve)),
      signal: (name) => process.kill(-(child.pid as number), name),
      signalAlone: (name) => child.kill(name),
    }
  }

  /** Ends what a failed test left running. */
  endAll(): void {
    for (const { pid } of this.#started) {
      try {
        if (pid !== undefined) process.kill(-pid, 'SIGKILL')
      } catch {
        // The whole group ended by itself.
      }
    }
  }
}
