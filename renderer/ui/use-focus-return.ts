import { useEffect, useState } from 'react'

/** What had the focus when the first of a row of dialogs opened; a dialog that follows another returns it there too. */
let opener: Element | null = null

function findOpener(): Element | null {
  const focused = document.activeElement
  if (!focused?.closest('[data-dialog]')) opener = focused
  return opener
}

/** Gives the focus back when the dialog goes: to what opened it, or, where that is gone, to the content. */
export function useFocusReturn(): void {
  const [found] = useState(findOpener)
  useEffect(
    () => () => {
      const target = found?.isConnected && found !== document.body ? found : document.querySelector('main')
      if (target instanceof HTMLElement) target.focus({ preventScroll: true })
    },
    [found],
  )
}
