import { useSyncExternalStore } from 'react'

/** The same width as in the style sheets: below it words give way to shorter ones. */
const QUERY = '(max-width: 1100px)'

function subscribe(heard: () => void): () => void {
  const query = window.matchMedia(QUERY)
  query.addEventListener('change', heard)
  return () => query.removeEventListener('change', heard)
}

/** Whether the window is too narrow for long words. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(QUERY).matches)
}
