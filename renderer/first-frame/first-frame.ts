import type { Language } from '#shared/domain/languages.ts'
import { languageOf } from '#shared/domain/languages.ts'
import { isApple } from '../app/apple.ts'
import frameClasses from '../app/Frame.module.css'
import { hasSearch, searchLabel } from '../app/header-search.ts'
import partClasses from '../app/Part.module.css'
import { type Remembered, readRemembered } from '../app/remembered.ts'
import { routeOf, VIEWS } from '../app/routes.ts'
import { fetched } from '../ui/fetched.ts'
import { ICON_PATHS } from '../ui/icon-paths.ts'
import type { FirstText } from './texts.ts'

/**
 * The page's first picture: the frame as `Frame` draws it, line by line, before React and the rest are read. Nothing of it
 * can be used yet; React puts the same in its place. It travels inside index.html (scripts/first-frame.ts), so that no other
 * file is waited for (PERF-5).
 */

/** Each language's own, filled in by the build. */
declare const GATEHOUSE_FIRST_TEXTS: Readonly<Record<Language, Readonly<Record<FirstText, string>>>>

/** A page that is not being drawn starts all the same. */
const MOST_MS_TO_PAINT = 250

const classes = { ...frameClasses, ...partClasses }
const remembered = readRemembered(storage())
const language = remembered.language ?? languageOf(navigator.languages)
const texts = GATEHOUSE_FIRST_TEXTS[language]

document.documentElement.dataset.mantineColorScheme = schemeOf(remembered)
document.documentElement.lang = language
document.getElementById('root')?.append(frame(remembered))
addEventListener('gatehouse:lost', sayLost)
afterPaint(startApp)

function frame({ singleKeys }: Remembered): HTMLElement {
  const route = routeOf(location.hash)
  const command = isApple() ? '⌘' : 'Ctrl '
  const title = texts[`nav.${route.view}`]
  document.title = `${title} · Gatehouse`
  const views = VIEWS.map((view, index) => {
    const item = element(
      'div',
      'item',
      element('span', '', texts[`nav.${view}`]),
      key(command, `${index + 1}`),
    )
    if (view === route.view) item.setAttribute('aria-current', 'page')
    return item
  })
  const tools = [
    element('div', 'tool', texts['palette.open'], key(`${command}K`)),
    element('div', 'tool', texts['help.open'], ...(singleKeys ? [key('?')] : [])),
  ]
  if (hasSearch(route, 'opencti')) tools.unshift(search(texts[searchLabel(route)], singleKeys))
  const drawn = element(
    'div',
    'frame',
    element('aside', 'side', element('div', 'switcher'), element('nav', '', ...views)),
    element('header', 'header', element('h1', 'title', title), element('div', 'tools', ...tools)),
    element('main', 'main', element('div', 'content')),
    element('footer', 'footer'),
  )
  // For the eye alone, until it can be used.
  drawn.inert = true
  return drawn
}

function search(label: string, singleKeys: boolean): HTMLElement {
  const input = document.createElement('input')
  input.type = 'search'
  input.placeholder = label
  return element('label', 'search', icon(ICON_PATHS.search), input, ...(singleKeys ? [key('/')] : []))
}

function icon(path: string): Element {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  const line = document.createElementNS(svg.namespaceURI, 'path')
  const looks = { width: 14, height: 14, viewBox: '0 0 16 16', fill: 'none', stroke: 'currentColor' }
  const strokes = { 'stroke-width': 1.4, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }
  for (const [name, value] of Object.entries({ ...looks, ...strokes })) svg.setAttribute(name, String(value))
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}

function key(...name: string[]): HTMLElement {
  return element('kbd', 'key', ...name)
}

function element(name: string, style: string, ...inside: (Node | string)[]): HTMLElement {
  const made = document.createElement(name)
  const className = classes[style]
  if (className) made.className = className
  made.append(...inside)
  return made
}

function schemeOf({ scheme }: Remembered): 'light' | 'dark' {
  if (scheme !== 'auto') return scheme
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

function storage(): Pick<Storage, 'getItem' | 'setItem'> {
  try {
    return localStorage
  } catch {
    return { getItem: () => null, setItem: () => {} }
  }
}

/** Runs the task once, when the first picture has been handed over to be shown, or will not be. */
function afterPaint(task: () => void): void {
  let isDue = true
  const once = (): void => {
    if (isDue) task()
    isDue = false
  }
  requestAnimationFrame(() => setTimeout(once))
  setTimeout(once, document.hidden ? 0 : MOST_MS_TO_PAINT)
}

/** The build names the app's script on this one's tag. */
function startApp(): void {
  const address = document.querySelector<HTMLScriptElement>('script[data-app]')?.dataset.app
  if (address) fetched(() => import(/* @vite-ignore */ address)).catch(sayLost)
}

/** The app cannot start: said as it would say itself that a part of it is lost. */
function sayLost(): void {
  const reload = element('button', 'reload', texts['part.reload'])
  reload.addEventListener('click', () => location.reload())
  const notice = element(
    'div',
    'lost',
    element('strong', '', texts['part.lost']),
    element('p', '', texts['part.lost-hint']),
    reload,
  )
  notice.setAttribute('role', 'alert')
  notice.dataset.testid = 'part-lost'
  const drawn = document.querySelector<HTMLElement>('#root > [inert]')
  if (!drawn) return
  drawn.inert = false
  drawn.querySelector('main > div')?.append(notice)
}
