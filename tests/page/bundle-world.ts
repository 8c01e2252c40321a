export type BundleParts = Record<string, unknown>

/** A bundle of an ordinary day, as the core makes it. */
export function bundleParts(now: number): BundleParts {
  return {
    versions: {
      gatehouse: '0.1.0',
      host: 'desktop',
      runtime: { node: '24.21.0', electron: '45.4.1', chrome: '146.0.7680.31' },
      system: { platform: 'linux', release: '6.12.0', arch: 'x64' },
    },
    settings: { language: 'auto', scheme: 'auto', tokenNameTemplate: '(14 characters)', inventoryViews: 0 },
    connections: [
      {
        id: 'cert',
        url: 'https://host-1/',
        embedded: false,
        hasCa: true,
        proxy: null,
        tokenPlace: 'keychain',
        state: { phase: 'ready', platform: { version: '7.260915.0', features: { apiTokens: true } } },
      },
    ],
    system: { keychain: { state: 'ready', backend: 'Secret Service' }, localPlatform: { state: 'ready' } },
    monitors: { monitors: [{ id: 'cert/api', target: 'https://host-1', state: 'up' }], observer: 'watching' },
    ledger: { state: 'whole', records: 214, unchecked: 0, checkedAt: now },
    composer: { run: { state: 'off' } },
    logs: Array.from(
      { length: 40 },
      (_, index) =>
        `{"level":30,"time":"2026-09-22T08:${String(index).padStart(2, '0')}:12.000Z","name":"desktop","msg":"host-1 answered, id-${index + 1} was read"}`,
    ),
  }
}

/** The file that the parts make. */
export function bundleFile(parts: BundleParts, now: number) {
  const madeAt = new Date(now).toISOString()
  return {
    fileName: `gatehouse-diagnostics-${madeAt.replaceAll(/[:.]/g, '-')}.json`,
    text: JSON.stringify({ format: 'gatehouse-diagnostics/1', madeAt, parts }, null, 2),
  }
}
