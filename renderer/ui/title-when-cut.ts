/** On what has its title from here, because that has to go again with the reason for it. */
const OURS = 'cut'

/**
 * From now on a text that its box shortens by dots has the whole as its title while the pointer is on it: columns are as
 * narrow as the reader made the window, and words are longer in some languages. Returns the function that ends it.
 */
export function startTitlesWhenCut(): () => void {
  document.addEventListener('mouseover', titleWhenCut)
  return () => document.removeEventListener('mouseover', titleWhenCut)
}

function titleWhenCut({ target }: Event): void {
  for (let box = target instanceof Element ? target : null; box !== null; box = box.parentElement) {
    if (!(box instanceof HTMLElement) || getComputedStyle(box).textOverflow !== 'ellipsis') continue
    if (box.scrollWidth > box.clientWidth && (!box.title || OURS in box.dataset)) {
      box.title = box.textContent ?? ''
      box.dataset[OURS] = ''
    } else if (OURS in box.dataset) {
      box.removeAttribute('title')
      delete box.dataset[OURS]
    }
  }
}
