import type { Configuration } from 'electron-builder'

/** electron-builder.yml, and a runtime named by hand: for where Electron itself cannot be downloaded. */
const configuration: Configuration = {
  extends: 'electron-builder.yml',
  ...(process.env.ELECTRON_OVERRIDE_DIST_PATH
    ? { electronDist: process.env.ELECTRON_OVERRIDE_DIST_PATH }
    : {}),
}

export default configuration
