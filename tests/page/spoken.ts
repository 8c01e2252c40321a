import { type AxNode, ancestors, readAxTree } from './ax-tree.ts'
import { type Complaint, nameOf } from './focus-walk.ts'

/** What a screen reader is told of a page that is mounted, checked by rules (docs/accessibility.md). */

/** What can be worked, and so must say what it is. */
const WORKED = new Set([
  ...['button', 'checkbox', 'combobox', 'link', 'listbox', 'menuitem', 'menuitemcheckbox', 'menuitemradio'],
  ...[
    'option',
    'radio',
    'searchbox',
    'slider',
    'spinbutton',
    'switch',
    'tab',
    'textbox',
    'DisclosureTriangle',
  ],
])

/** What must be named besides. */
const NAMED = new Set([
  ...['alertdialog', 'dialog', 'complementary', 'grid', 'image', 'menu', 'meter', 'navigation'],
  ...['progressbar', 'radiogroup', 'region', 'rowheader', 'columnheader', 'table', 'heading'],
])

/** A named part of the page: two things in two parts may have the same name. A row is none: its buttons are also listed alone. */
const PARTS = new Set([
  'article',
  'complementary',
  'dialog',
  'form',
  'group',
  'menu',
  'navigation',
  'radiogroup',
  'region',
])

const ONE_EACH = ['main', 'banner', 'contentinfo']

const called = ({ role, name }: AxNode): string => `${role} "${name.slice(0, 60)}"`

/** Where it is, in words: the names of the parts it lies in. */
const placeOf = (node: AxNode): string =>
  [...ancestors(node)]
    .flatMap(({ role, name }) => (PARTS.has(role) && name ? [`${role} ${name}`] : []))
    .join(' < ')

function nameless(tree: readonly AxNode[]): Complaint[] {
  return (
    tree
      .filter(({ role, name }) => (WORKED.has(role) || NAMED.has(role)) && !/[\p{L}\p{N}]/u.test(name))
      // What a button is drawn with is no part of it for readers (ARIA: its children are presentational).
      .filter((node) => node.role !== 'image' || ![...ancestors(node)].some(({ role }) => WORKED.has(role)))
      .map((node) => `${called(node)} in ${placeOf(node) || 'the page'} has no name that says anything`)
  )
}

function alike(tree: readonly AxNode[]): Complaint[] {
  const seen = new Map<string, number>()
  for (const node of tree) {
    if (!WORKED.has(node.role) || node.role === 'option') continue
    const key = `${called(node)} (${node.description}) in ${placeOf(node) || 'the page'}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  // The cross in the corner of a dialog does what its button at the end does.
  const most = (key: string): number => (key.startsWith('button "Close" () in dialog') ? 2 : 1)
  return [...seen].filter(([key, times]) => times > most(key)).map(([key, times]) => `${times} × ${key}`)
}

function frame(tree: readonly AxNode[]): Complaint[] {
  const headings = document.querySelectorAll('h1').length
  const counts = ONE_EACH.map((role) => [role, tree.filter((node) => node.role === role).length] as const)
  const isFramed = document.querySelector('main') !== null
  return [
    ...(isFramed ? counts.filter(([, count]) => count > 1).map(([role, count]) => `${count} × ${role}`) : []),
    ...(headings === 1 ? [] : [`${headings} × h1`]),
  ]
}

/** Whoever is taken to a dialog hears what it is and what it says, and that the rest is out of reach. */
function dialogs(tree: readonly AxNode[]): Complaint[] {
  const drawn = document.querySelectorAll('[data-dialog] [role=dialog]').length
  const modal = tree.filter(({ role, properties }) => role === 'dialog' && properties.modal === true)
  return [
    ...(modal.length < drawn ? [`${drawn} dialogs, ${modal.length} of them modal`] : []),
    ...(drawn > 0 ? modal : [])
      .filter(({ description }) => description === '')
      .map((node) => `${called(node)} is not described`),
  ]
}

/** Rows that are not in the page are counted; those that are say which they are. */
function grids(): Complaint[] {
  return [...document.querySelectorAll<HTMLElement>('[role=grid]')].flatMap((grid) => {
    const name = nameOf(grid)
    const rows = [...grid.querySelectorAll('[role=row]')]
    const count = Number(grid.getAttribute('aria-rowcount'))
    const columns = Number(grid.getAttribute('aria-colcount'))
    const places = rows.map((row) => Number(row.getAttribute('aria-rowindex')))
    const wrong = rows.some((row) => row.children.length !== columns)
    const unheaded = rows.slice(1).filter((row) => row.querySelector('[role=rowheader]') === null).length
    return [
      ...(new Set(places).size === places.length && places.every((place) => place >= 1 && place <= count)
        ? []
        : [`${name}: rows ${places} of ${count}`]),
      ...(wrong ? [`${name}: a row has not ${columns} cells`] : []),
      ...(unheaded > 0 ? [`${name}: ${unheaded} rows without a header`] : []),
    ]
  })
}

/** What comes and goes by itself is said, and what is not there yet is said to be on its way. */
function changes(): Complaint[] {
  const silent = [...document.querySelectorAll('.mantine-Skeleton-root')].filter(
    (bar) => bar.closest('[aria-busy=true], [aria-hidden=true]') === null,
  )
  const toasts = [...document.querySelectorAll('.mantine-Notification-root')].filter(
    (toast) => toast.closest('[role=alert], [role=status], [aria-live]') === null,
  )
  const unclear = [...document.querySelectorAll('[aria-haspopup=menu]:not([aria-expanded])')]
  return [
    ...(silent.length > 0 ? [`${silent.length} grey bars that nobody says are loading`] : []),
    ...toasts.map((toast) => `${nameOf(toast)} is not said`),
    ...unclear.map((button) => `${nameOf(button)} does not say whether its menu is open`),
  ]
}

/** Everything that a screen reader would be told wrongly, or not at all. */
export async function spokenWrongly(): Promise<Complaint[]> {
  const tree = await readAxTree()
  if (tree.length < 5) return ['the tree could not be read']
  return [...nameless(tree), ...alike(tree), ...frame(tree), ...dialogs(tree), ...grids(), ...changes()]
}
