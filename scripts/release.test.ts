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

  it('gives up of the hardened runtime what the engine needs, and lets Apple see what is published', () => {
    expect(packed.mac).toMatchObject({ notarize: true, entitlementsInherit: packed.mac?.entitlements })
    const entitlements = readFileSync(join(root, String(packed.mac?.entitlements)), 'utf8')
    expect(entitlements.match(/<key>[^<]*<\/key>/g)).toEqual(['<key>com.apple.security.cs.allow-jit</key>'])
  })

  it('has an icon for each system, and each state of the tray in both sizes', () => {
    const sizeOf = (file: string) => {
      const png = readFileSync(join(root, file))
      expect(png.subarray(1, 4).toString()).toBe('PNG')
      return [png.readUInt32BE(16), png.readUInt32BE(20)]
    }
    for (const { icon } of [packed.linux, packed.mac, packed.win] as { icon: string }[])
      expect(sizeOf(icon)).toEqual([1024, 1024])
    for (const state of ['good', 'warning', 'danger', 'unknown']) {
      const [width = 0, height] = sizeOf(`resources/tray/${state}.png`)
      expect(width).toBe(height)
      expect(sizeOf(`resources/tray/${state}@2x.png`)).toEqual([2 * width, 2 * width])
    }
  })

  it('names the program after nobody’s domain, as the keychain does', () => {
    expect(packed.appId).toBe('org.gatehouse.console')
    expect(KEYCHAIN_SERVICE).toBe(packed.appId)
  })
})

describe('a package made on this machine', () => {
  const named = ['GATEHOUSE_PUBLISHER', 'GATEHOUSE_PUBLISHER_MAIL', 'GATEHOUSE_PUBLISHER_HOME'] as const
  beforeEach(() => {
    for (const name of ['ELECTRON_OVERRIDE_DIST_PATH', ...named]) vi.stubEnv(name, undefined)
    vi.resetModules()
  })
  afterEach(() => vi.unstubAllEnvs())
  const configuration = async () => (await import('./packaging.ts')).default

  it('takes Electron’s own release unless a runtime is named', async () => {
    expect(await configuration()).toEqual({ extends: 'electron-builder.yml' })
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', '/runtime').resetModules()
    expect(await configuration()).toEqual({ extends: 'electron-builder.yml', electronDist: '/runtime' })
  })

  it('names its publisher everywhere, or nowhere, and is then signed', async () => {
    vi.stubEnv('GATEHOUSE_PUBLISHER', 'Example CERT')
    await expect(configuration()).rejects.toThrow('belong together')
    vi.stubEnv('GATEHOUSE_PUBLISHER_MAIL', 'tools@cert.example').resetModules()
    vi.stubEnv('GATEHOUSE_PUBLISHER_HOME', 'https://cert.example/gatehouse')
    expect(await configuration()).toMatchObject({
      extraMetadata: { homepage: 'https://cert.example/gatehouse' },
      linux: { maintainer: 'Example CERT <tools@cert.example>', vendor: 'Example CERT' },
      win: { signtoolOptions: { publisherName: 'Example CERT' } },
      forceCodeSigning: true,
    })
  })
})
