import type { IpcMain, IpcMainEvent, MessagePortMain } from 'electron'
import { isTrustedFrame } from './guards/trusted-frame.ts'

/** The core's end of a port: takes requests from it until it closes. */
export type ServePort = (port: MessagePortMain) => void

/**
 * Connects each page that asks to the core.
 * @returns closes every port that is open and takes no more
 */
export function handOverPorts(ipc: Pick<IpcMain, 'on' | 'removeListener'>, serve: ServePort): () => void {
  const open = new Set<MessagePortMain>()
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
    serve(port)
    port.start()
  }
  ipc.on('gatehouse:port', take)
  return () => {
    ipc.removeListener('gatehouse:port', take)
    for (const port of open) port.close()
    open.clear()
  }
}
