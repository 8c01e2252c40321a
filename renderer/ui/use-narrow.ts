import { useSyncExternalStore } from 'react'

/** The same width as in the style sheets: below it words give way to shorter ones. */
const QUERY = '(max-width: 1100px)'

let known: MediaQueryList | null = null

/** One for all: every cell with a time asks. */
function queryOf(): MediaQueryList {
  known ??= window.matchMedia(QUERY)
  return known
}

function subscribe(heard: () => void): () => void {
  const query = queryOf()
  query.addEventListener('change', heard)
  return () => query.removeEventListener('change', heard)
}

/** Whether the window is too narrow for long words. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => queryOf().matches)
}
