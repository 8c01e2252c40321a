import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The table of docs/composer.md: a row a letter of composer.md §9, with the files whose tests exclude that defect. */
const rows = [
  ...readFileSync('docs/composer.md', 'utf8').matchAll(/^\| ([a-z]|operations) \| ([^|]+) \| ([^|]+) \|$/gm),
].map(([, letter = '', , cell = '']) => ({
  letter,
  files: [...cell.matchAll(/`([^`]+)`/g)].map(([, file]) => file),
}))

it('every defect has its row', () => {
  expect(rows.map(({ letter }) => letter)).toEqual([...'abcdefghijklmnopqrstuvwxyz', 'operations'])
})

it.each(rows)('§9 $letter: each file named has a test that bears the letter', ({ letter, files }) => {
  expect(files.length).toBeGreaterThan(0)
  const title = new RegExp(`['"\`(][^'"\`\n]*§9,? ([a-z]+, )*${letter}\\b`)
  for (const file of files) expect(readFileSync(file ?? '', 'utf8'), file).toMatch(title)
})
