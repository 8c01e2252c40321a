import { expect, test } from 'vitest'
import { readRemembered, remember } from './remembered.ts'

function shelfOf(first: string | null = null) {
  const kept = { value: first }
  return {
    kept,
    getItem: () => kept.value,
    setItem: (_key: string, value: string) => {
      kept.value = value
    },
  }
}

test('what is remembered is found again', () => {
  const shelf = shelfOf()
  remember(shelf, { language: 'ja', scheme: 'dark' })
  remember(shelf, { singleKeys: false })
  expect(readRemembered(shelf)).toEqual({ language: 'ja', scheme: 'dark', singleKeys: false })
})

test.each([null, '', 'no json', '[]', 'null', '{"language":"xx","scheme":1,"singleKeys":"yes"}'])(
  'damaged entry %s counts as none',
  (entry) => {
    expect(readRemembered(shelfOf(entry))).toEqual({ language: null, scheme: 'auto', singleKeys: true })
  },
)

test('a storage that refuses is no reason to stop', () => {
  const refusing = {
    getItem: () => {
      throw new Error('denied')
    },
    setItem: () => {
      throw new Error('full')
    },
  }
  expect(() => remember(refusing, { scheme: 'dark' })).not.toThrow()
  expect(readRemembered(refusing).scheme).toBe('auto')
})
