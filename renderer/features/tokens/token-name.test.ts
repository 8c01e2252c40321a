import { expect, test } from 'vitest'
import { tokenNameFrom } from './token-name.ts'

const NOW = Date.parse('2026-09-22T23:30:00Z')

test('owner and day are filled in, wherever and however often they stand', () => {
  expect(tokenNameFrom('{owner} {date}', 'Alice', NOW)).toBe('Alice 2026-09-22')
  expect(tokenNameFrom('{date}/{date} of {owner}', 'Alice', NOW)).toBe('2026-09-22/2026-09-22 of Alice')
  expect(tokenNameFrom('plain', 'Alice', NOW)).toBe('plain')
})

test('a name with special meaning in replacements stays as it is', () => {
  expect(tokenNameFrom('{owner}', "$& $1 $' {date}", NOW)).toBe("$& $1 $' 2026-09-22")
})

test('the suggestion never exceeds what a name may have', () => {
  expect(tokenNameFrom('{owner}', 'x'.repeat(10_000), NOW)).toHaveLength(200)
})
