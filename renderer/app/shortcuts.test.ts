import { expect, test } from 'vitest'
import { shortcutOf } from './shortcuts.ts'

const press = (key: string, modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...modifiers,
})

test('single keys search and help, but never while one types', () => {
  expect(shortcutOf(press('/'), false, true)).toEqual({ kind: 'search' })
  expect(shortcutOf(press('?'), false, true)).toEqual({ kind: 'help' })
  expect(shortcutOf(press('/'), true, true)).toBeNull()
  expect(shortcutOf(press('?'), true, true)).toBeNull()
  expect(shortcutOf(press('1'), true, true)).toBeNull()
})

test('single keys can be switched off, keys with a modifier stay', () => {
  expect(shortcutOf(press('/'), false, false)).toBeNull()
  expect(shortcutOf(press('k', { ctrlKey: true }), false, false)).toEqual({ kind: 'palette' })
})

test('views by Ctrl, Cmd or Alt with a digit, the palette by Ctrl or Cmd with K, also while one types', () => {
  for (const modifier of ['ctrlKey', 'metaKey', 'altKey'])
    expect(shortcutOf(press('2', { [modifier]: true }), true, true)).toEqual({ kind: 'view', index: 1 })
  expect(shortcutOf(press('2', { ctrlKey: true, altKey: true }), false, true)).toBeNull()
  expect(shortcutOf(press('K', { metaKey: true }), true, true)).toEqual({ kind: 'palette' })
  expect(shortcutOf(press('/', { ctrlKey: true }), false, true)).toBeNull()
})
