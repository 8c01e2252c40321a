import { ipcRenderer } from 'electron'

/** The page's window, as far as this file uses it. */
type PageWindow = EventTarget & {
  readonly location: { readonly origin: string }
  postMessage(message: string, origin: string, ports: InstanceType<typeof MessagePort>[]): void
}

const page = globalThis as unknown as PageWindow

// SECURITY: the page gets one MessagePort and nothing else: no ipcRenderer, no function of ours in its world.
page.addEventListener('gatehouse:connect', (event) => {
  // Tells the page that somebody is here; see renderer/client.ts.
  event.preventDefault()
  const { port1, port2 } = new MessageChannel()
  ipcRenderer.postMessage('gatehouse:port', null, [port1])
  const { detail: attempt } = event as CustomEvent<string>
  page.postMessage(`gatehouse:port ${attempt}`, page.location.origin, [port2])
})
