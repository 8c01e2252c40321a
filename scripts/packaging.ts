import type { Configuration } from 'electron-builder'

/** electron-builder.yml, and what depends on the machine and on who publishes. */
const configuration: Configuration = {
  extends: 'electron-builder.yml',
  // A runtime named by hand: for where Electron itself cannot be downloaded.
  ...(process.env.ELECTRON_OVERRIDE_DIST_PATH
    ? { electronDist: process.env.ELECTRON_OVERRIDE_DIST_PATH }
    : {}),
  ...publishedBy(process.env),
}

/**
 * The publisher's name, mail address and home page: `GATEHOUSE_PUBLISHER`, `GATEHOUSE_PUBLISHER_MAIL`,
 * `GATEHOUSE_PUBLISHER_HOME`. deb and rpm name them; on Windows the name must be that of the certificate. Nothing without
 * them: then the folder and the AppImage can be packed, deb and rpm say what is missing.
 * @throws Error when only some are given
 */
function publishedBy(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const {
    GATEHOUSE_PUBLISHER: name,
    GATEHOUSE_PUBLISHER_MAIL: mail,
    GATEHOUSE_PUBLISHER_HOME: home,
  } = environment
  if (!name && !mail && !home) return {}
  if (!name || !mail || !home)
    throw new Error(
      'GATEHOUSE_PUBLISHER, GATEHOUSE_PUBLISHER_MAIL and GATEHOUSE_PUBLISHER_HOME belong together',
    )
  return {
    extraMetadata: { homepage: home },
    linux: { maintainer: `${name} <${mail}>`, vendor: name },
    win: { signtoolOptions: { publisherName: name } },
    // SECURITY: what a publisher hands out on macOS and Windows is signed, or not made.
    forceCodeSigning: true,
  }
}

export default configuration
