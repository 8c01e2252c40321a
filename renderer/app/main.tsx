import '@fontsource-variable/inter/wght.css'
import './base.css'
import { setNonce } from 'get-nonce'
import { createRoot } from 'react-dom/client'
import { connectClient } from '../client.ts'
import { browserClipboard } from '../features/tokens/page-clipboard.ts'
import { systemClock } from '../ui/clock.tsx'
import { App } from './App.tsx'
import { styleNonce } from './nonce.ts'
import { createPage } from './page.ts'

/** The page's way into the world. No StrictMode: its second mount would ask for a token's value twice. */
async function start(root: HTMLElement): Promise<void> {
  // SECURITY: style tags of the libraries carry the nonce of this load; nothing inline runs without it.
  setNonce(styleNonce())
  const page = await createPage({
    host: connectClient(),
    clock: systemClock,
    storage: localStorage,
    clipboard: browserClipboard,
    languages: navigator.languages,
  })
  page.start()
  createRoot(root).render(<App page={page} />)
}

const root = document.getElementById('root')
// Without its catalogue the app can say nothing; the first frame can.
if (root) start(root).catch(() => window.dispatchEvent(new Event('gatehouse:lost')))
