import { type FuseConfig, FuseV1Options, FuseVersion } from '@electron/fuses'

/**
 * Every fuse of Electron with our decision. A new version's new fuse has no row here, and strictness stops the build
 * until somebody has decided.
 */
const RELEASE = {
  // The program cannot be used as a plain Node, whose start options could load anything.
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  // NODE_OPTIONS and NODE_EXTRA_CA_CERTS are ignored; a company's certificate authority is a setting of a connection.
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // Acts on macOS and Windows.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // We ship no snapshot of our own.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // The page has its own scheme; file:// is never loaded.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.WasmTrapHandlers]: true,
} satisfies Record<FuseV1Options, boolean>

/** The fuses of what is released. */
export function releaseFuses(): FuseConfig {
  return { version: FuseVersion.V1, strictlyRequireAllFuses: true, ...RELEASE }
}

/** The same but for the inspector, through which a test drives the packaged app. */
export function inspectableFuses(): FuseConfig {
  return { ...releaseFuses(), [FuseV1Options.EnableNodeCliInspectArguments]: true } as FuseConfig
}

/** Without the fuses that an older Electron, used for tests, has not got. */
export function fusesOf(config: FuseConfig, known: (fuse: FuseV1Options) => boolean): FuseConfig {
  const kept = Object.entries(config).filter(([key]) => Number.isNaN(Number(key)) || known(Number(key)))
  return Object.fromEntries(kept) as unknown as FuseConfig
}
