import type { IpcMain, IpcMainEvent, MessagePortMain } from 'electron'
import { isTrustedFrame } from './guards/trusted-frame.ts'

/** The core's end of a port: takes requests from it until it closes. */
export type ServePort = (port: MessagePortMain) => void

/**
 * Connects each page that asks to the core. What a page sends before the core is there waits in its port.
 * @param core how to serve a port, once there is somebody to serve it; ports are closed where that fails
 * @returns closes every port that is open and takes no more
 */
export function handOverPorts(
  ipc: Pick<IpcMain, 'on' | 'removeListener'>,
  core: Promise<ServePort>,
): () => void {
  const open = new Set<MessagePortMain>()
  // Whoever opens the core says why it failed, also where no page has asked for it yet.
  core.catch(() => {})
  const take = (event: IpcMainEvent): void => {
    const [port] = event.ports
    if (!port) return
    // SECURITY: nobody but our own page in the top frame of our window is connected to the core.
    if (!isTrustedFrame(event.senderFrame, event.sender.mainFrame)) {
      port.close()
      return
    }
    open.add(port)
    port.once('close', () => open.delete(port))
    core.then(
      (serve) => {
        // The page went, or everything ends, while the core was read.
        if (!open.has(port)) return
        serve(port)
        port.start()
      },
      () => port.close(),
    )
  }
  ipc.on('gatehouse:port', take)
  return () => {
    ipc.removeListener('gatehouse:port', take)
    for (const port of open) port.close()
    open.clear()
  }
}
