import { expect, test } from 'vitest'
import { visibleText } from './ForeignText.tsx'

test('characters that turn text around or control a terminal become visible', () => {
  expect(visibleText('invoice\u202Egnp.exe')).toBe('invoice\uFFFDgnp.exe')
  expect(visibleText('\u2066a\u2069 \u001B[31mred\u0007')).toBe('\uFFFDa\uFFFD \uFFFD[31mred\uFFFD')
})

test('letters of every script, line breaks and joiners of emoji stay', () => {
  const name = 'مرحبا Иванова 日本語\n👩\u200D💻'
  expect(visibleText(name)).toBe(name)
})
