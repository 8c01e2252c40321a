import { expect, it } from 'vitest'
import { serveArguments } from './arguments.ts'

it('reads port and folder', () => {
  expect(serveArguments([])).toEqual({ port: 0, data: null })
  expect(serveArguments(['--port', '4100', '--data', 'there'])).toEqual({ port: 4100, data: 'there' })
})

it.each([
  [['--port', 'ten']],
  [['--port', '70000']],
  [['--port', '-1']],
  [['--port=']],
  [['--data=']],
  [['--unknown']],
  [['folder']],
])('refuses %j and says how it is used', (args) => {
  expect(() => serveArguments(args)).toThrow(/Usage: npm run serve/)
})
