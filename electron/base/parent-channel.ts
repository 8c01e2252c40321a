/** The child's end of the private channel to the process that started it, the same in Electron and in plain Node. */
export interface ParentChannel {
  post(message: unknown): void
  /** Hears every message from the parent. */
  listen(heard: (message: unknown) => void): void
  /** The parent is gone: a child must end too. */
  onOrphaned(ended: () => void): void
}

interface ElectronParentPort {
  postMessage(message: unknown): void
  on(event: 'message', heard: (event: { data: unknown }) => void): void
}

/** Null when this process was started from a shell, not by a parent with a channel. */
export function parentChannel(): ParentChannel | null {
  const port = (process as unknown as { parentPort?: ElectronParentPort }).parentPort
  if (port) {
    return {
      post: (message) => port.postMessage(message),
      listen: (heard) => port.on('message', (event) => heard(event.data)),
      // Electron ends a utility process with its parent.
      onOrphaned: () => {},
    }
  }
  if (!process.send) return null
  return {
    post: (message) => void process.send?.(message),
    listen: (heard) => void process.on('message', heard),
    onOrphaned: (ended) => void process.on('disconnect', ended),
  }
}
