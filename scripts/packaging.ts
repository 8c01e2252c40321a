import type { Configuration } from 'electron-builder'
import { afterPack } from './after-pack.ts'

/** What is shipped, how it is packed, and for whom. Used by `npm run package`. */
const configuration: Configuration = {
  appId: 'io.filigran.gatehouse',
  productName: 'Gatehouse',
  copyright: 'Apache-2.0',
  directories: { output: 'dist', buildResources: 'resources' },
  // A runtime named by hand serves the packaged tests where Electron cannot be downloaded.
  ...(process.env.ELECTRON_OVERRIDE_DIST_PATH
    ? { electronDist: process.env.ELECTRON_OVERRIDE_DIST_PATH }
    : {}),
  npmRebuild: false,
  asar: true,
  files: [
    'out/**/*',
    'package.json',
    // The browser host belongs to the repository; the packed app has a window.
    '!out/main/serve.js',
    '!**/*.map',
    '!out/**/.built-from',
    '!out/.lock/**',
    '!node_modules/@photostructure/sqlite/{src,doc,scripts}/**',
    '!node_modules/keytar/{src,build,script,node_modules}/**',
    '!node_modules/node-addon-api/**',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: filled in by electron-builder
    '!node_modules/{keytar,@photostructure/sqlite}/prebuilds/!(${platform}-${arch})/**',
  ],
  afterPack,
  linux: {
    target: ['AppImage', 'deb', 'rpm'],
    executableName: 'gatehouse',
    category: 'Network;Security',
    synopsis: 'Console for the people who administer OpenCTI and OpenAEV',
    icon: 'resources/icon.png',
  },
  deb: { depends: ['libgtk-3-0', 'libnss3', 'libsecret-1-0', 'libxss1', 'xdg-utils'] },
  rpm: { depends: ['gtk3', 'nss', 'libsecret', 'libXScrnSaver', 'xdg-utils'] },
  mac: {
    target: ['dmg'],
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    icon: 'resources/icon.png',
  },
  win: { target: ['nsis'], icon: 'resources/icon.png' },
  nsis: { oneClick: false, perMachine: false, allowElevation: false },
}

export default configuration
