/**
 * Puts plain, public text (error details, an address) on the clipboard; true when the browser took it. Token values
 * never come this way.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** Where the clipboard permission is denied a selection can still be copied while a button press is being handled. */
function copyBySelection(text: string): boolean {
  const box = document.createElement('textarea')
  box.value = text
  box.setAttribute('aria-hidden', 'true')
  box.style.position = 'fixed'
  box.style.opacity = '0'
  const focused = document.activeElement
  document.body.append(box)
  box.select()
  const copied = document.execCommand('copy')
  box.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}
