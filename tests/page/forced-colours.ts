import { cdp } from 'vitest/browser'
import { type Complaint, nameOf } from './focus-walk.ts'

/** What the page looks like where the reader's system chooses the colours, checked in a page that is mounted already. */

const CHOSEN =
  '[aria-selected=true], [aria-current=page], [aria-pressed=true], [data-active], [data-selected], [data-opened], :checked:not(option)'

/** Drawn for the eye alone, or said by words beside it. */
const ORNAMENT =
  '.mantine-Skeleton-root, .mantine-Overlay-root, .mantine-SegmentedControl-indicator, .mantine-Loader-root, option'

const CONTROLS =
  'input:not([type=hidden], [type=file]), textarea, select, [role=dialog], [role=menu], [role=slider]'

const isDrawn = (element: Element): boolean =>
  element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
  element.getBoundingClientRect().width > 1 &&
  element.getBoundingClientRect().height > 1

/** Flat boxes that say something by the colour of their background alone. */
function painted(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('#root *, [data-portal] *')].filter((element) => {
    if (element.childNodes.length > 0 || element instanceof HTMLInputElement || element.closest(ORNAMENT))
      return false
    const { backgroundColor, backgroundImage } = getComputedStyle(element)
    return backgroundImage === 'none' && backgroundColor !== 'rgba(0, 0, 0, 0)' && isDrawn(element)
  })
}

/** How it stands out, in what forced colours leave of it. */
function look(element: Element | null | undefined): string {
  if (!element) return ''
  const { outlineStyle, outlineWidth, outlineColor, borderWidth, borderStyle, borderColor, fontWeight } =
    getComputedStyle(element)
  const { backgroundColor, textDecorationLine, insetInlineStart } = getComputedStyle(element)
  const outline = outlineStyle === 'none' ? '' : `${outlineWidth} ${outlineColor}`
  const signs = [element, ...element.querySelectorAll('svg')]
    .filter((one) => one instanceof SVGElement && isDrawn(one))
    .map((one) => one.innerHTML)
  return [
    ...[outline, borderWidth, borderStyle, borderColor, fontWeight],
    ...[backgroundColor, textDecorationLine, insetInlineStart, ...signs],
  ].join('|')
}

/** With what is drawn in the place of an input, and around a label. */
function wholeLook(element: Element): string {
  const { parentElement, nextElementSibling } = element
  if (element instanceof HTMLLabelElement) return `${look(element)}¦${look(parentElement)}`
  if (!(element instanceof HTMLInputElement)) return look(element)
  // What the system draws by itself it also draws in its colours.
  if (isNative(element)) return `${element.checked}`
  return [element, nextElementSibling, ...(nextElementSibling?.children ?? [])].map(look).join('¦')
}

const isNative = (element: Element): boolean =>
  isDrawn(element) && getComputedStyle(element).appearance !== 'none'

/** One of the same kind that is not chosen. */
function peerOf(element: Element): Element | undefined {
  const kind = `${element.localName}${element.getAttribute('type') ?? ''}`
  const parts = element.classList.item(0)
  return [...document.querySelectorAll(element.localName)].find(
    (other) =>
      !other.matches(CHOSEN) &&
      isDrawn(other) &&
      other.classList.item(0) === parts &&
      `${other.localName}${other.getAttribute('type') ?? ''}` === kind &&
      (other as HTMLInputElement).disabled === (element as HTMLInputElement).disabled,
  )
}

/** A system colour as the page has it now. */
function systemColour(name: string): string {
  const probe = document.createElement('i')
  probe.style.cssText = `position: fixed; forced-color-adjust: none; color: ${name}`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
    const value = Number(part) / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

/** Shapes of icons, marks, strips and charts that are too close to the ground they are drawn on. */
function faintShapes(): Complaint[] {
  const shapes = [...document.querySelectorAll('svg :is(path, rect, circle, line, polyline)')]
  return shapes.flatMap((shape) => {
    const { fill, stroke } = getComputedStyle(shape)
    const colours = [fill, stroke].filter((colour) => colour.startsWith('rgb'))
    if (colours.length === 0 || shape.closest('.mantine-Loader-root, defs') || !isDrawn(shape)) return []
    const best = Math.max(...colours.map((colour) => contrast(colour, groundOf(shape))))
    return best >= 3 ? [] : [`a shape of ${nameOf(shape.closest('[class]') ?? shape)} is faint: ${colours}`]
  })
}

function groundOf(shape: Element): string {
  for (let box = shape.parentElement; box !== null; box = box.parentElement) {
    const { backgroundColor } = getComputedStyle(box)
    if (!/, 0\)$/.test(backgroundColor)) return backgroundColor
    const before = box.previousElementSibling
    if (before instanceof HTMLInputElement && box.matches('svg, .mantine-Checkbox-inner *'))
      return getComputedStyle(before).backgroundColor
  }
  return systemColour('Canvas')
}

function hasEdge(element: Element): boolean {
  const { outlineStyle, outlineWidth, borderTopWidth, borderBottomWidth, borderTopStyle } =
    getComputedStyle(element)
  const { borderBottomStyle, backgroundColor } = getComputedStyle(element)
  return (
    (outlineStyle !== 'none' && outlineWidth !== '0px') ||
    (borderTopStyle !== 'none' && borderTopWidth !== '0px') ||
    (borderBottomStyle !== 'none' && borderBottomWidth !== '0px') ||
    contrast(backgroundColor, groundOf(element)) >= 3
  )
}

/** Controls that nothing sets off from the page around them. */
function edgeless(): Complaint[] {
  return [...document.querySelectorAll(CONTROLS)].flatMap((control) => {
    const places = [control, control.nextElementSibling, control.parentElement, control.closest('label')]
    // A switch is drawn beside its input, which nobody sees.
    const boxes = places.filter((box) => box !== null && isDrawn(box)) as Element[]
    if (!isDrawn(control) && !isDrawn(control.nextElementSibling ?? control)) return []
    // A radio of a segmented control is its words.
    if (control.closest('.mantine-SegmentedControl-root, .mantine-Spotlight-body')) return []
    if ((control.matches('[type=checkbox], [type=radio]') && isNative(control)) || boxes.some(hasEdge))
      return []
    return [`${nameOf(control)} has no edge`]
  })
}

/**
 * Turns forced colours on and off again and gives what is lost in between: what is chosen looks like what is not, a
 * control has no edge, a box that speaks by its colour is gone, a drawing is too faint (WCAG 2.2, 1.4.1 and 1.4.11).
 */
export async function lostInForcedColours(): Promise<Complaint[]> {
  const boxes = painted()
  await emulate('active')
  try {
    if (!matchMedia('(forced-colors: active)').matches) return ['forced colours could not be emulated']
    const alike = [...document.querySelectorAll(CHOSEN)].filter(isDrawn).flatMap((element) => {
      const peer = peerOf(element)
      return peer && wholeLook(peer) === wholeLook(element) ? [`${nameOf(element)} does not look chosen`] : []
    })
    const gone = boxes
      .filter((box) => box.isConnected && !hasEdge(box))
      .map((box) => `${nameOf(box)} ${box.className} speaks by its colour alone`)
    return [...alike, ...edgeless(), ...gone, ...faintShapes()]
  } finally {
    await emulate('none')
  }
}

async function emulate(value: 'active' | 'none'): Promise<void> {
  const session = cdp() as unknown as { send(method: string, parameters: object): Promise<void> }
  await session.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value }] })
}
