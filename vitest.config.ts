import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

/**
 * A guard against a hang, no measure: it costs nothing when all is well, and a busy machine takes its time. What the product
 * promises in seconds its test measures by itself.
 */
const GUARD = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 60_000 } } }
const JOURNEY_GUARD = { ...GUARD, testTimeout: 300_000, hookTimeout: 300_000 }

/**
 * unit         beside the code, plain Node
 * page         components in real Chromium
 * integration  several parts together over HTTP and processes, from the built entries
 * keychain     against gnome-keyring; needs the session that scripts/test.ts makes
 * e2e          Chromium on the browser host and the local platform
 * electron     the shell of the app that is not packed, under a display
 * packed       every desktop journey on the packed app, and what only that can show
 * docker       the composer on a real Docker Engine that the tests start for themselves
 * kubernetes   the composer on a real cluster; only by `npm run test:kubernetes`
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{shared,electron,scripts}/**/*.test.ts', 'renderer/**/*.test.ts'],
          environment: 'node',
          ...GUARD,
        },
      },
      {
        plugins: [react()],
        // Named beforehand: a package discovered in the middle of a run makes the browser load everything anew.
        optimizeDeps: {
          include: [
            '@mantine/core',
            '@mantine/notifications',
            '@mantine/spotlight',
            '@orpc/client',
            '@orpc/client/message-port',
            '@orpc/client/websocket',
            '@orpc/contract',
            '@orpc/server',
            '@tanstack/react-table',
            '@tanstack/react-virtual',
            'axe-core',
            'react',
            'react-dom/client',
            'react-intl',
            'react/jsx-dev-runtime',
            'zod',
            'zustand',
            'zustand/vanilla',
          ],
        },
        test: {
          name: 'page',
          include: ['renderer/**/*.test.tsx'],
          ...GUARD,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            viewport: { width: 1280, height: 800 },
            provider: playwright({
              launchOptions: {
                executablePath: process.env.GATEHOUSE_CHROMIUM ?? '/usr/bin/chromium',
                chromiumSandbox: false,
                args: [
                  '--disable-quic',
                  '--no-first-run',
                  '--disable-background-networking',
                  '--disable-sync',
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          ...GUARD,
        },
      },
      { test: { name: 'keychain', include: ['tests/keychain/**/*.test.ts'], ...GUARD } },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          ...JOURNEY_GUARD,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'electron',
          // Where the app that is not packed differs: how it finds its page, its children and its profile.
          include: ['tests/electron/{shell,composer,life}.test.ts'],
          ...JOURNEY_GUARD,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'packed',
          include: ['tests/{electron,packed}/**/*.test.ts'],
          globalSetup: 'tests/support/pack-once.ts',
          setupFiles: 'tests/support/use-packed.ts',
          ...JOURNEY_GUARD,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'docker',
          include: ['tests/docker/**/*.test.ts'],
          ...GUARD,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'kubernetes',
          include: ['tests/kubernetes/**/*.test.ts'],
          testTimeout: 120_000,
          // The first run builds the cluster's programs.
          hookTimeout: 3_600_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
