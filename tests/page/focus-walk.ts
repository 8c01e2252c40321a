import { userEvent } from 'vitest/browser'

/** What a walk through a page by Tab alone found wrong, in words. */
export type Complaint = string

/** A person would call it so. */
export function nameOf(element: Element): string {
  const { dataset } = element as HTMLElement
  const words = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 30) ?? ''
  return `${element.tagName.toLowerCase()}${dataset.testid ? `[${dataset.testid}]` : ''} "${words}"`
}

const TABBABLE =
  'a[href], button:not(:disabled), input:not(:disabled):not([type=hidden]), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]'

function isShown(element: Element): boolean {
  if (element.closest('[inert], [aria-hidden=true]')) return false
  // A visually hidden box of a radio or switch has a size of its own.
  return element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0
}

/** The topmost dialog, else the page. */
export function ground(): ParentNode {
  return [...document.querySelectorAll('[role=dialog], [role=menu]')].filter(isShown).at(-1) ?? document
}

/** Every element that Tab should reach, in the order of the document. Of radios that belong together the first one. */
export function tabStops(): HTMLElement[] {
  const groups = new Set<string>()
  return [...ground().querySelectorAll<HTMLElement>(TABBABLE)].filter((element) => {
    if (element.tabIndex < 0 || !isShown(element)) return false
    if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true
    const isNew = !groups.has(element.name)
    groups.add(element.name)
    return isNew
  })
}

/** Buttons and links that neither Tab nor the arrow keys of a composite widget reach. */
export function outOfReach(): Complaint[] {
  return [...ground().querySelectorAll<HTMLElement>('button:not(:disabled), a[href]')]
    .filter(
      (element) =>
        element.tabIndex < 0 &&
        isShown(element) &&
        !element.closest(
          '[role=grid], [role=tablist], [role=menu], [role=listbox], [role=radiogroup], [role=toolbar], .mantine-Spotlight-content',
        ),
    )
    .map((element) => `${nameOf(element)} is reached by no key`)
}

/** How an element and what is drawn for it look, as far as a mark of focus may change it. */
function look(element: Element): string {
  const drawn = [element, element.parentElement, element.nextElementSibling, element.previousElementSibling]
  return drawn
    .flatMap((one) => {
      if (one === null) return []
      const { outline, outlineOffset, boxShadow, borderColor, backgroundColor, textDecoration } =
        getComputedStyle(one)
      const ring = getComputedStyle(one, '::after')
      return [
        outline,
        outlineOffset,
        boxShadow,
        borderColor,
        backgroundColor,
        textDecoration,
        ring.outline,
        ring.boxShadow,
      ]
    })
    .join('|')
}

/** What a person sees in the place of the element. */
function drawnFor(element: HTMLElement): HTMLElement {
  return element.matches('[type=radio], [type=checkbox]')
    ? (element.closest('label') ?? element.parentElement ?? element)
    : element
}

/** What takes the focus but is not drawn. */
function unseen(stops: readonly HTMLElement[]): Complaint[] {
  return stops
    .filter((element) => {
      const { width, height } = drawnFor(element).getBoundingClientRect()
      const isSeen = drawnFor(element).checkVisibility({ opacityProperty: true, visibilityProperty: true })
      return width < 2 || height < 2 || !isSeen
    })
    .map((element) => `${nameOf(element)} takes the focus but cannot be seen`)
}

/** What scrolls by itself, or is a part of the frame: where it lies says nothing of the order in it. */
function partOf(element: Element): Element | null {
  for (let box = element.parentElement; box !== null; box = box.parentElement) {
    if (box.matches('header, main, footer, aside, [role=dialog], .mantine-Notifications-root')) return box
    if (/auto|scroll/.test(getComputedStyle(box).overflowY) && box.scrollHeight > box.clientHeight) return box
  }
  return null
}

/** px that lines and columns may be off */
const SLACK = 8

/**
 * Stops that come in another order than the eye reads them: in a line from its start to its end, then down; or, where
 * columns stand beside each other, up again to the head of a next one.
 */
function outOfOrder(stops: readonly HTMLElement[], places: ReadonlyMap<HTMLElement, DOMRect>): Complaint[] {
  return stops.flatMap((stop, index) => {
    const before = stops[index - 1]
    const from = before && places.get(before)
    const to = places.get(stop)
    if (before === undefined || from === undefined || to === undefined) return []
    if (partOf(before) !== partOf(stop)) return []
    const isNextColumn = to.left >= from.right - SLACK
    const isAbove = to.bottom <= from.top + SLACK && !isNextColumn
    const shared = Math.min(from.bottom, to.bottom) - Math.max(from.top, to.top)
    const isBack = shared > Math.min(from.height, to.height) / 2 && to.right <= from.left + SLACK
    return isAbove || isBack ? [`${nameOf(stop)} comes after ${nameOf(before)}, but stands before it`] : []
  })
}

/** Whether what is drawn for the element lies in front and inside of the page. */
function isHidden(element: HTMLElement): boolean {
  const drawn = drawnFor(element)
  const { left, right, top, bottom } = drawn.getBoundingClientRect()
  const x = (Math.max(0, left) + Math.min(innerWidth, right)) / 2
  const y = (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return true
  const front = document.elementFromPoint(x, y)
  return front === null || !(drawn.contains(front) || front.contains(drawn))
}

/** The field of the palette, the only stop there is: its caret is mark enough. */
const ALONE = '.mantine-Spotlight-search'
/** Boxes that scroll are stops of their own in Chromium. */
const SCROLLED = 20

/**
 * Presses Tab through the whole page: every stop is met, in the order of the document, its focus can be seen and lies in
 * front, and nothing holds the focus.
 */
export async function walk(): Promise<Complaint[]> {
  const expected = tabStops()
  const start = document.activeElement
  // What a dialog focused by itself is not left first: no key does that.
  const met = expected.filter((element) => element === start)
  const looks = new Map(expected.map((element) => [element, look(element)]))
  const places = new Map(expected.map((element) => [element, drawnFor(element).getBoundingClientRect()]))
  const complaints = [...outOfReach(), ...unseen(expected)]
  const arrive = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement) || met.includes(target)) return
    met.push(target)
    const before = looks.get(target)
    if (before !== undefined && before === look(target) && !target.matches(ALONE))
      complaints.push(`${nameOf(target)} shows no focus`)
    if (before !== undefined && isHidden(target))
      complaints.push(`${nameOf(target)} has the focus out of sight`)
  }
  document.addEventListener('focusin', arrive)
  try {
    await userEvent.keyboard(`{Tab>${expected.length + SCROLLED}/}`)
  } finally {
    document.removeEventListener('focusin', arrive)
  }
  const radios = (element: HTMLElement): boolean =>
    element instanceof HTMLInputElement && element.type === 'radio'
  const missed = expected.filter(
    (element) =>
      !met.includes(element) && element.isConnected && !element.matches(':disabled') && !radios(element),
  )
  complaints.push(...outOfOrder(expected, places))
  complaints.push(...missed.map((element) => `${nameOf(element)} was never reached by Tab`))
  return complaints
}
