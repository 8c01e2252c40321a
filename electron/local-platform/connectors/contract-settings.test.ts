import { describe, expect, it } from 'vitest'
import { Contract } from './catalog/contract.ts'
import type { Setting } from './connector-store.ts'
import { contractSettings, type GivenSetting, InvalidSettingsError } from './contract-settings.ts'

function contract(properties: object, more: object = {}): Contract {
  return Contract.parse({
    title: 'Thing',
    slug: 'thing',
    description: '',
    short_description: '',
    use_cases: [],
    verified: true,
    playbook_supported: false,
    max_confidence_level: 50,
    manager_supported: true,
    container_version: '1',
    container_image: 'thing',
    container_type: 'STREAM',
    config_schema: { type: 'object', properties, ...more },
  })
}

const seal = (value: string): string => `sealed(${value})`
const settings = (of: Contract, given: Record<string, string>, present: Setting[] = []): Setting[] =>
  contractSettings(
    of,
    Object.entries(given).map(([key, value]): GivenSetting => ({ key, value })),
    present,
    seal,
  )
const problem = (of: Contract, given: Record<string, string>): string => {
  try {
    settings(of, given)
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidSettingsError)
    return (error as Error).message
  }
  throw new Error('was taken')
}

describe('types', () => {
  const typed = contract({
    COUNT: { type: 'integer', minimum: 1, maximum: 10 },
    RATIO: { type: 'number' },
    FLAG: { type: 'boolean' },
    LIST: { type: 'array', items: { type: 'string' } },
    URL: { type: 'string', format: 'uri' },
    LEVEL: { type: 'string', enum: ['info', 'error'] },
    MAYBE: { type: ['string', 'null'] },
  })

  it.each([
    ['COUNT', '3'],
    ['RATIO', '-0.5'],
    ['FLAG', 'True'],
    ['LIST', 'a, b'],
    ['LIST', ''],
    ['URL', 'https://x.example'],
    ['LEVEL', 'info'],
    ['MAYBE', '3'],
  ])('%s takes %j and keeps it as it is', (key, value) => {
    expect(settings(typed, { [key]: value })).toEqual([{ key, value, encrypted: false }])
  })

  it.each([
    ['COUNT', '0'],
    ['COUNT', '3.5'],
    ['COUNT', 'three'],
    ['FLAG', 'perhaps'],
    ['URL', 'no address'],
    ['LEVEL', 'loud'],
  ])('%s refuses %j, by its name and not by its value', (key, value) => {
    const message = problem(typed, { [key]: value })
    expect(message).toMatch(new RegExp(`^Invalid contract configuration for Thing: - ${key}: `))
    expect(message).not.toContain(value === '0' ? '"0"' : value)
  })
})

it('defaults are filled in, what the platform sets itself is left out, and unknown keys only where the contract lets them in', () => {
  const properties = {
    OPENCTI_TOKEN: { type: 'string' },
    CONNECTOR_ID: { type: 'string' },
    SCOPE: { type: 'array', items: { type: 'string' }, default: ['a', 'b'] },
    OFF: { type: 'boolean', default: false },
    NONE: { type: ['string', 'null'], default: null },
  }
  const required = ['OPENCTI_TOKEN', 'CONNECTOR_ID']
  const open = contract(properties, { required })
  expect(settings(open, { OPENCTI_TOKEN: 'mine', EXTRA: 'x' })).toEqual([
    { key: 'SCOPE', value: 'a,b', encrypted: false },
    { key: 'OFF', value: 'false', encrypted: false },
    { key: 'EXTRA', value: 'x', encrypted: false },
  ])
  const closed = contract(properties, { required, additionalProperties: false })
  expect(problem(closed, { EXTRA: 'x' })).toContain('- EXTRA: not in the contract')
})

describe('secrets', () => {
  const secret = contract(
    { KEY: { type: 'string', format: 'password', minLength: 3 } },
    { required: ['KEY'] },
  )
  const present = [{ key: 'KEY', value: 'sealed(old)', encrypted: true }]

  it('are sealed when given, and kept when left out or given back as they are', () => {
    expect(settings(secret, { KEY: 'new' })).toEqual([{ key: 'KEY', value: 'sealed(new)', encrypted: true }])
    expect(settings(secret, {}, present)).toEqual(present)
    expect(settings(secret, { KEY: 'sealed(old)' }, present)).toEqual(present)
    expect(settings(secret, { KEY: 'another' }, present)[0]?.value).toBe('sealed(another)')
  })

  it('are asked for when there is none, and looked at before they are sealed', () => {
    expect(problem(secret, {})).toContain('- KEY: ')
    expect(problem(secret, { KEY: 'ab' })).toContain('- KEY: ')
  })
})

it('is bounded', () => {
  const any = contract({})
  expect(problem(any, { LONG: 'x'.repeat(70_000) })).toContain('LONG: longer than')
  const many = Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`K${at}`, '']))
  expect(problem(any, many)).toContain('more than 500')
})
