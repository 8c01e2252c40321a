import type { BrowserWindow } from 'electron'

/** A page that has drawn nothing after this many ms keeps nobody waiting. */
const MOST_MS = 1_000

export type Painting = Pick<BrowserWindow, 'once'> & {
  readonly webContents: Pick<BrowserWindow['webContents'], 'once'>
}

/**
 * Waits until the window's page has drawn for the first time, or will not. What the main process does before that, the page
 * waits for: its files pass through here, and so does its first picture (PERF-5).
 * @param after runs the task after so many ms
 */
export function firstPaint(
  window: Painting,
  after: (task: () => void, ms: number) => unknown = setTimeout,
): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve()
    window.once('ready-to-show', done)
    window.once('closed', done)
    window.webContents.once('did-fail-load', done)
    window.webContents.once('render-process-gone', done)
    after(done, MOST_MS)
  })
}
