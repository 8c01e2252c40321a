/** Whether the page runs where Cmd is the key for commands. */
export function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent)
}
