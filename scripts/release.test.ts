import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FuseV1Options } from '@electron/fuses'
import type { Configuration } from 'electron-builder'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { KEYCHAIN_SERVICE } from '../electron/core/ports/keytar-store.ts'
import { fusesOf, inspectableFuses, releaseFuses } from './fuses.ts'

const numeric = (config: object) =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !Number.isNaN(Number(key))))

describe('fuses', () => {
  it('are all decided for a release', () => {
    const names = Object.values(FuseV1Options).filter((name) => typeof name === 'string')
    expect(names).toHaveLength(9)
    expect(releaseFuses()).toEqual({
      version: '1',
      strictlyRequireAllFuses: true,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
      [FuseV1Options.WasmTrapHandlers]: true,
    })
  })

  it('of the variant for tests differ in the inspector alone', () => {
    const release = numeric(releaseFuses())
    const different = Object.entries(numeric(inspectableFuses())).filter(([fuse, on]) => release[fuse] !== on)
    expect(different).toEqual([[String(FuseV1Options.EnableNodeCliInspectArguments), true]])
    expect(inspectableFuses().strictlyRequireAllFuses).toBe(true)
  })

  it('that an older Electron has not got are left out for it alone', () => {
    const older = fusesOf(releaseFuses(), (fuse) => fuse !== FuseV1Options.WasmTrapHandlers)
    expect(Object.keys(numeric(older))).toHaveLength(8)
    expect(older.strictlyRequireAllFuses).toBe(true)
  })
})

describe('packing', () => {
  const root = join(import.meta.dirname, '..')
  const packed: Configuration = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8'))

  it('makes every kind of package that is promised', () => {
    const { linux, mac, win } = packed
    expect([linux?.target, mac?.target, win?.target]).toEqual([['AppImage', 'deb', 'rpm'], ['dmg'], ['nsis']])
  })

  it('puts all code into the archive that the fuses protect, and burns them', async () => {
    expect(packed.asar).toBe(true)
    expect(packed.asarUnpack).toBeUndefined()
    const hook = await import(join(root, String(packed.afterPack)))
    expect(hook.afterPack).toBeTypeOf('function')
  })

  it('leaves out sources, maps and other systems’ binaries', () => {
    expect(packed.files).toEqual(
      expect.arrayContaining([
        '!**/*.map',
        '!out/main/serve.js',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: filled in by electron-builder
        '!node_modules/{keytar,@photostructure/sqlite}/prebuilds/!(${platform}-${arch})/**',
      ]),
    )
  })

  it('installs for the user alone on Windows, and asks for the hardened runtime on macOS', () => {
    expect(packed.nsis).toMatchObject({ perMachine: false, allowElevation: false })
    expect(packed.mac?.hardenedRuntime).toBe(true)
  })

  it('names the program after nobody’s domain, as the keychain does', () => {
    expect(packed.appId).toBe('org.gatehouse.console')
    expect(KEYCHAIN_SERVICE).toBe(packed.appId)
  })
})

describe('a package made on this machine', () => {
  beforeEach(() => vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', undefined).resetModules())
  afterEach(() => vi.unstubAllEnvs())
  const configuration = async () => (await import('./packaging.ts')).default

  it('takes Electron’s own release unless a runtime is named', async () => {
    expect(await configuration()).toEqual({ extends: 'electron-builder.yml' })
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', '/runtime').resetModules()
    expect(await configuration()).toEqual({ extends: 'electron-builder.yml', electronDist: '/runtime' })
  })
})
