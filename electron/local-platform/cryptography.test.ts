import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('all cryptography goes through the one module of the base', () => {
  const files = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts'))
  expect(files.length).toBeGreaterThan(50)
  const own = files.filter((file) =>
    /from '(?:node:)?crypto'|\bcrypto\.subtle\b/.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  )
  expect(own).toEqual([])
})
