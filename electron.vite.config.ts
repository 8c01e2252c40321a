import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { createLogger, type Plugin } from 'vite'
import { firstFrame } from './scripts/first-frame.ts'
import { releaseSource } from './scripts/release-source.ts'
import { shippedPackages } from './scripts/shipped-packages.ts'

/** Packages with a native part stay outside the bundles; everything else is bundled whole (docs/decisions/0001). */
const external = ['electron', 'keytar', '@photostructure/sqlite', 'bufferutil', 'utf-8-validate']

const root = import.meta.dirname
/** Those of them that `npm run package` packs beside the bundles, and the runtime around them. */
const packed = { runtime: ['electron'], outside: ['keytar', '@photostructure/sqlite'] }

/**
 * axios brings its own FormData with a table of all media types, a third of the main entry (PERF-5). The runtime has one,
 * and no client of ours uploads files.
 */
const nativeFormData: Plugin = {
  name: 'native-form-data',
  enforce: 'pre',
  resolveId: (id, importer) => (id === 'form-data' && importer?.includes('/axios/') ? '\0form-data' : null),
  load: (id) => (id === '\0form-data' ? 'export default globalThis.FormData' : null),
}

/**
 * docker-modem brings a whole SSH client with native parts, for engines behind `DOCKER_HOST=ssh://…` alone. The bundled
 * composer says so when it is asked for one; from the sources it works.
 */
const withoutSsh: Plugin = {
  name: 'without-ssh',
  enforce: 'pre',
  resolveId: (id, importer) =>
    id === './ssh' && importer?.includes('/docker-modem/') ? '\0without-ssh' : null,
  load: (id) =>
    id === '\0without-ssh'
      ? 'export default () => { throw new Error("DOCKER_HOST with ssh:// is not part of this build") }'
      : null,
}

/**
 * Vite reads a style that another is composed of without saying which file it is, and then warns of that itself. Whoever
 * starts Gatehouse for the first time can do nothing about it.
 */
const quietOfStyles = createLogger('warn')
const { warnOnce } = quietOfStyles
quietOfStyles.warnOnce = (message, options) => {
  if (!message.includes('did not pass the `from` option to `postcss.parse`')) warnOnce(message, options)
}

/** The chunk of a catalogue's file: one a language. */
const languageOfCatalogue = (id: string): string | null =>
  /\/i18n\/catalogues\/([a-z]{2})\//.exec(id)?.[1] ?? null

export default defineConfig({
  main: {
    define: { GATEHOUSE_RELEASES: JSON.stringify(releaseSource(process.env)) },
    plugins: [nativeFormData, withoutSsh, shippedPackages(root, packed)],
    build: {
      outDir: 'out/main',
      externalizeDeps: false,
      minify: 'oxc',
      sourcemap: true,
      target: 'node20',
      rollupOptions: {
        external,
        input: {
          main: resolve('electron/main/main.ts'),
          serve: resolve('electron/serve/main.ts'),
          'local-platform': resolve('electron/local-platform/main.ts'),
          composer: resolve('electron/composer/main.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    plugins: [shippedPackages(root)],
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      minify: 'oxc',
      rollupOptions: {
        external: ['electron'],
        input: { preload: resolve('electron/preload/preload.ts') },
        // A sandboxed preload must be one self-contained CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: 'renderer',
    customLogger: quietOfStyles,
    plugins: [react(), firstFrame(root), shippedPackages(root)],
    // The host replaces the placeholder by a fresh nonce in each answer.
    html: { cspNonce: '__CSP_NONCE__' },
    build: {
      outDir: 'out/renderer',
      minify: 'oxc',
      // Vite rewrites light-dark() for older targets, which loses Mantine's borders.
      target: 'chrome130',
      cssTarget: 'chrome130',
      modulePreload: { polyfill: false },
      rollupOptions: {
        input: resolve('renderer/index.html'),
        // All files of one language arrive together.
        output: { codeSplitting: { groups: [{ debugName: 'catalogues', name: languageOfCatalogue }] } },
      },
    },
  },
})
