import { useEffect, useRef } from 'react'
import { usePage } from './page-context.tsx'

export type Shortcut =
  | { kind: 'view'; index: number }
  | { kind: 'search' }
  | { kind: 'palette' }
  | { kind: 'help' }

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>

/**
 * What a key press asks for. Single keys count neither while one types (`typing`) nor when they are switched off
 * (`singleKeys`, WCAG 2.1.4). Alt with a digit stands in where the browser keeps Ctrl with a digit for its tabs.
 */
export function shortcutOf(event: Pressed, typing: boolean, singleKeys: boolean): Shortcut | null {
  const command = event.ctrlKey || event.metaKey
  if (/^[1-9]$/.test(event.key) && command !== event.altKey)
    return { kind: 'view', index: Number(event.key) - 1 }
  if (command && !event.altKey && event.key.toLowerCase() === 'k') return { kind: 'palette' }
  if (typing || !singleKeys || command || event.altKey) return null
  if (event.key === '/') return { kind: 'search' }
  if (event.key === '?') return { kind: 'help' }
  return null
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}

interface Actions {
  onView: (index: number) => void
  onSearch: () => void
  onPalette: () => void
}

/** Listens to the keyboard for the whole page; silent while a dialog is open. */
export function useShortcuts(actions: Actions): void {
  const page = usePage()
  const latest = useRef(actions)
  latest.current = actions

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { singleKeys } = page.looks.getState().remembered
      const shortcut = shortcutOf(event, isTyping(event.target), singleKeys)
      if (!shortcut || document.querySelector('[role="dialog"]')) return
      event.preventDefault()
      if (shortcut.kind === 'view') latest.current.onView(shortcut.index)
      else if (shortcut.kind === 'search') latest.current.onSearch()
      else if (shortcut.kind === 'help') page.looks.setState({ help: true })
      else latest.current.onPalette()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [page])
}
