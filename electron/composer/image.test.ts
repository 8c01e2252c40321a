import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const lines = readFileSync('resources/composer/Containerfile', 'utf8')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
const of = (instruction: string): string[] =>
  lines
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.slice(instruction.length + 1).trim())

describe('the composer’s image', () => {
  it('§9 y: does not run as root', () => {
    expect(of('USER').at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  })
  it('§9 e: starts the composer itself, so that signals reach it', () => {
    expect(JSON.parse(of('ENTRYPOINT').at(-1) ?? '')).toEqual(['node', '/opt/gatehouse/composer.js'])
    expect(of('CMD')).toEqual([])
  })
  it('§9 f: is asked for its health', () => {
    expect(of('HEALTHCHECK')[0]).toContain('/health')
  })
})
