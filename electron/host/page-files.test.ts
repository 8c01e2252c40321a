import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { pageFiles } from './page-files.ts'
import { isInside } from './page-path.ts'

const place = mkdtempSync(join(tmpdir(), 'gatehouse-page-'))
const root = join(place, 'page')
mkdirSync(join(root, 'assets'), { recursive: true })
mkdirSync(join(place, 'page-evil'))
writeFileSync(
  join(root, 'index.html'),
  '<script nonce="__CSP_NONCE__"></script><style nonce="__CSP_NONCE__"></style>',
)
writeFileSync(join(root, 'assets', 'index-1a2b.js'), 'run("__CSP_NONCE__")')
writeFileSync(join(root, 'assets', 'ünï.css'), 'a{}')
writeFileSync(join(root, 'assets', 'index.js.map'), '{}')
// A name that Linux allows, and that would be a path on Windows.
writeFileSync(join(root, 'back\\slash.js'), '')
writeFileSync(join(place, 'secret.html'), 'outside')
writeFileSync(join(place, 'page-evil', 'secret.html'), 'outside')
symlinkSync(join(place, 'secret.html'), join(root, 'link.html'))
afterAll(() => rmSync(place, { recursive: true }))

const answer = pageFiles(root, "'none'")
const text = (body: Uint8Array | null) => Buffer.from(body ?? []).toString()

it('puts a fresh nonce into the page and into its policy', async () => {
  const first = await answer('GET', '/')
  const [, nonce = ''] = /nonce="([^"]+)"/.exec(text(first.body)) ?? []
  expect(Buffer.from(nonce, 'base64url')).toHaveLength(16)
  expect(text(first.body)).toBe(`<script nonce="${nonce}"></script><style nonce="${nonce}"></style>`)
  expect(first.headers['content-security-policy']).toContain(`script-src 'self' 'nonce-${nonce}'`)
  const second = await answer('GET', '/index.html')
  expect(text(second.body)).not.toContain(nonce)
})

it('leaves other files as they are, and says their type', async () => {
  const script = await answer('GET', '/assets/index-1a2b.js')
  expect(script).toMatchObject({ status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' } })
  expect(text(script.body)).toBe('run("__CSP_NONCE__")')
  expect((await answer('GET', '/assets/%C3%BCn%C3%AF.css')).status).toBe(200)
})

it('answers HEAD with the headers alone', async () => {
  const head = await answer('HEAD', '/assets/index-1a2b.js')
  expect(head).toMatchObject({ status: 200, headers: { 'content-length': '20' }, body: null })
})

it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', ''])('refuses the method %s', async (method) => {
  expect(await answer(method, '/')).toMatchObject({ status: 405, body: null })
})

describe('finds nothing', () => {
  it.each([
    ['outside, by dots', '/../secret.html'],
    ['outside, by encoded dots', '/%2e%2e/secret.html'],
    ['outside, by encoded slashes', '/..%2fsecret.html'],
    ['in a folder whose name begins alike', '/../page-evil/secret.html'],
    ['behind a link that leads outside', '/link.html'],
    ['by a path of the machine', '//etc/passwd'],
    ['with a backslash', '/back\\slash.js'],
    ['with a NUL', '/index.html%00.js'],
    ['with a broken escape', '/%E0%A4%A'],
    ['that is a folder', '/assets'],
    ['of a type that is not served', '/assets/index.js.map'],
    ['that is missing', '/missing.js'],
    ['without a leading slash', 'index.html'],
  ])('%s', async (_, path) => {
    expect(await answer('GET', path)).toMatchObject({ status: 404, body: null })
  })
})

it('guards every answer, refusals included', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/assets/index-1a2b.js'],
    ['GET', '/missing'],
    ['POST', '/'],
  ] as const) {
    const { headers } = await answer(method, path)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';/)
  }
})

it('tells inside from outside path by path', () => {
  expect(isInside('/page', '/page/a.js')).toBe(true)
  expect(isInside('/page', '/page/..a.js')).toBe(true)
  expect(isInside('/page', '/page-evil/a.js')).toBe(false)
  expect(isInside('/page', '/page')).toBe(false)
  expect(isInside('/page', '/')).toBe(false)
})
