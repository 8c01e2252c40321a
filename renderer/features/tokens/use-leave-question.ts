import { useEffect } from 'react'

/**
 * While `asks`, a reload or the closing of the tab or window asks first (T-06): the browser in its own words, the
 * desktop in electron/main/guards/unsaved.ts.
 */
export function useLeaveQuestion(asks: boolean): void {
  useEffect(() => {
    if (!asks) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [asks])
}
