import type { BrowserWindowConstructorOptions } from 'electron'

/** The window's first colour, before the page has drawn; the same as the page's background. */
const BACKGROUND = { light: '#ffffff', dark: '#141920' } as const

/** @param preload path of the built preload */
export function windowOptions(preload: string, scheme: 'light' | 'dark'): BrowserWindowConstructorOptions {
  return {
    width: 1280,
    height: 800,
    minWidth: 800,
    minHeight: 560,
    show: false,
    title: 'Gatehouse',
    backgroundColor: BACKGROUND[scheme],
    webPreferences: {
      preload,
      // SECURITY: points 2 to 12 of Electron's check-list, written out although most are defaults.
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
      // No inspection of a page that can show a token, except where a developer asks for it by name.
      devTools: process.env.GATEHOUSE_DEVTOOLS === '1',
    },
  }
}
