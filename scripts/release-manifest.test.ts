import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeRelease } from '../electron/core/updates/release.ts'
import { releaseSource } from './release-source.ts'

const SCRIPT = join(import.meta.dirname, 'release-manifest.ts')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-release-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]) =>
  spawnSync(process.execPath, [SCRIPT, ...args], { cwd: folder, encoding: 'utf8' })

it('a publisher makes a key and signs what lies in a folder, and the program believes it', () => {
  expect(run('sign', '--key', 'key.pem', '--dir', '.')).toMatchObject({ status: 1 })
  expect(run('new-key', '--key', 'key.pem')).toMatchObject({ status: 0, stderr: '' })
  expect(statSync(join(folder, 'key.pem')).mode & 0o777).toBe(0o600)
  expect(run('sign', '--key', 'key.pem', '--dir', '.').stderr).toContain('There is no package')

  writeFileSync(join(folder, 'Gatehouse-0.1.0.AppImage'), 'program')
  writeFileSync(join(folder, 'Gatehouse-0.1.0-arm64.dmg'), 'image')
  expect(run('sign', '--key', 'key.pem', '--dir', '.', '--days', '7')).toMatchObject({
    status: 0,
    stderr: '',
  })
  const verdict = judgeRelease(
    readFileSync(join(folder, 'latest.json')),
    readFileSync(join(folder, 'key.pem.pub'), 'utf8'),
    null,
    Date.now(),
  )
  expect(verdict).toMatchObject({
    ok: true,
    release: {
      artefacts: [
        { fileName: 'Gatehouse-0.1.0-arm64.dmg', kind: 'dmg', platform: 'darwin', arch: 'arm64', size: 5 },
        { fileName: 'Gatehouse-0.1.0.AppImage', kind: 'AppImage', platform: 'linux', arch: 'x64', size: 7 },
      ],
    },
  })
  // A key that is there stays.
  expect(run('new-key', '--key', 'key.pem').stderr).toContain('EEXIST')
})

it.each([
  [[]],
  [['sign']],
  [['paint', '--key', 'k']],
  [['sign', '--key', 'k', '--days', '900']],
  [['--what']],
])('%j says how it is used and writes nothing', (args) => {
  expect(run(...args).status).toBe(2)
  expect(existsSync(join(folder, 'k'))).toBe(false)
})

describe('what a publisher builds in', () => {
  it('is nothing unless both are given', () => {
    expect(releaseSource({})).toBeNull()
    expect(() => releaseSource({ GATEHOUSE_RELEASES_URL: 'https://r.example/latest.json' })).toThrow(
      'belong together',
    )
  })

  it('is an https address and an Ed25519 key', () => {
    const file = join(folder, 'built-in.pub')
    const { publicKey } = generateKeyPairSync('ed25519')
    writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }))
    const environment = {
      GATEHOUSE_RELEASES_URL: 'https://r.example/latest.json',
      GATEHOUSE_RELEASES_KEY: file,
    }
    expect(releaseSource(environment)).toEqual({
      url: 'https://r.example/latest.json',
      publicKey: readFileSync(file, 'utf8'),
    })
    expect(() => releaseSource({ ...environment, GATEHOUSE_RELEASES_URL: 'http://r.example/' })).toThrow(
      'no https',
    )
    writeFileSync(
      file,
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }),
    )
    expect(() => releaseSource(environment)).toThrow('no Ed25519')
  })
})
