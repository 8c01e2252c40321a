/** Whether an ancestor of the text cuts it off and lets nobody scroll to the rest. */
export function isCut(words: Node): boolean {
  const range = document.createRange()
  range.selectNodeContents(words)
  const { left, right, width } = range.getBoundingClientRect()
  if (width === 0) return false
  for (let box = words.parentElement; box !== null; box = box.parentElement) {
    const { overflowX, textOverflow, clipPath } = getComputedStyle(box)
    if (clipPath !== 'none' || textOverflow === 'ellipsis') return false
    if (overflowX === 'auto' && box.scrollWidth > box.clientWidth) return false
    if (overflowX !== 'hidden' && overflowX !== 'clip') continue
    const edge = box.getBoundingClientRect()
    if (right > edge.right + 1 || left < edge.left - 1) return true
  }
  return false
}

const BUTTONS = 'button, [role=tab], [role=menuitem]'

/** Words of buttons that are cut off. What may end in dots (names of the other side, heads of columns) is left out. */
export const cutButtons = (): string[] =>
  [...document.querySelectorAll(BUTTONS)].flatMap((button) => textsIn(button).filter(isCut)).map(wordsOf)

/** Texts with `mark` in them that are cut off, or shortened by dots that nobody can look behind. */
export function cutTexts(mark: string): string[] {
  return textsIn(document.body)
    .filter((node) => node.textContent?.includes(mark) && (isCut(node) || isShortened(node)))
    .map(wordsOf)
}

/** Shortened by dots, and the whole stands nowhere else. */
function isShortened(words: Node): boolean {
  // The pointer is told the whole.
  words.parentElement?.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))
  for (let box = words.parentElement; box !== null; box = box.parentElement) {
    if (box.hasAttribute('title') || box.hasAttribute('aria-label')) return false
    const { textOverflow, overflowX, display } = getComputedStyle(box)
    if (textOverflow === 'ellipsis' && overflowX === 'hidden' && display !== 'inline')
      return box.scrollWidth > box.clientWidth + 1
  }
  return false
}

/** Whether the page itself has to be moved sideways. */
export const sideways = (): boolean =>
  [document.documentElement, document.querySelector('main')].some(
    (box) => box !== null && box.scrollWidth > box.clientWidth + 1,
  )

function textsIn(root: Element): Node[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const found: Node[] = []
  while (walker.nextNode()) found.push(walker.currentNode)
  return found
}

const wordsOf = (node: Node): string => node.textContent?.trim().slice(0, 80) ?? ''
