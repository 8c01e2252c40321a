/** A running child with a private message channel, as `utilityProcess` and `child_process` both can give it. */
export interface Child {
  post(message: unknown): void
  /** Hears every message of the child. */
  onMessage(heard: (message: unknown) => void): void
  /** Hears what the child writes to stdout and stderr, in pieces as they come. */
  onOutput(heard: (text: string) => void): void
  /** Hears the end, once, also when the child could not be started. `code` null: ended by a signal or never started. */
  onExit(heard: (code: number | null) => void): void
  /** Asks for the end (`SIGTERM`) or makes it (`SIGKILL`). Does nothing when the child is gone. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

/** Starts a child's entry. Secrets go through `post`, never through arguments or the environment. */
export type SpawnChild = () => Child
