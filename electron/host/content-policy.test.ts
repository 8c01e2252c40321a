import { expect, it } from 'vitest'
import { contentPolicy } from './content-policy.ts'

function directives(policy: string): Map<string, string[]> {
  return new Map(
    policy.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources]
    }),
  )
}

it('allows our own files and the nonce of this answer, nothing else', () => {
  expect(Object.fromEntries(directives(contentPolicy('n0nce', "'none'")))).toEqual({
    'default-src': ["'none'"],
    'script-src': ["'self'", "'nonce-n0nce'"],
    'style-src': ["'self'", "'nonce-n0nce'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'"],
    'connect-src': ["'none'"],
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'object-src': ["'none'"],
  })
})

it('never says unsafe', () => {
  expect(contentPolicy('n', "'self'")).not.toContain('unsafe')
})
